using System.Security.Cryptography.X509Certificates;
using FleetConsole.Contracts.Agent.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace FleetConsole.DemoFleet;

/// <summary>Rolls a new version over the running fleet, host by host, as a deploy tool would: through the agents.</summary>
internal sealed class Rollout(DemoPlan plan, TimeProvider time, TextWriter output)
{
    private static readonly TimeSpan RestartDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BetweenHosts = TimeSpan.FromSeconds(3);

    // 1.0.5 was the fix that history rolled back.
    private const int LastPatchOfHistory = 5;

    /// <param name="mode">The new version's way of starting git; nothing outside the server shows it.</param>
    /// <exception cref="DemoException">An agent refused or did not answer; the hosts before it have the new version.</exception>
    public async Task DeployAsync(string mode, CancellationToken cancellationToken)
    {
        var version = NextVersion();
        await output.WriteLineAsync($"Deploying {version} ({mode}) to {plan.Hosts.Count} hosts.");
        using var pause = new PeriodicTimer(BetweenHosts, time);
        for (var i = 0; i < plan.Hosts.Count; i++)
        {
            if (i > 0)
                await pause.WaitForNextTickAsync(cancellationToken);
            var host = plan.Hosts[i];
            (ServerSettings.Read(plan, host) with { Version = version, SpawnMode = mode }).Write(plan, host);
            var outcome = await RestartAsync(host, version, cancellationToken);
            await output.WriteLineAsync($"{host.Name}: {version}, pid {outcome.PidBefore} -> {outcome.PidAfter}");
        }
    }

    private string NextVersion()
    {
        var patches = plan.Hosts.Select(h => ServerSettings.Read(plan, h).Version).Select(v => int.Parse(v.Split('.')[^1], System.Globalization.CultureInfo.InvariantCulture));
        return $"1.0.{Math.Max(LastPatchOfHistory, patches.Max()) + 1}";
    }

    private async Task<CommandOutcome> RestartAsync(DemoHost host, string version, CancellationToken cancellationToken)
    {
        using var channel = Channel(host);
        try
        {
            var outcome = await new Agent.AgentClient(channel).RestartAsync(
                new RestartRequest { CommandId = Guid.NewGuid().ToString(), Unit = DemoFiles.Unit, RequestedBy = DemoCertificates.Deploy, Reason = $"deploy of {version}" },
                deadline: (time.GetUtcNow() + RestartDeadline).UtcDateTime, cancellationToken: cancellationToken);
            return outcome.State == CommandState.Succeeded ? outcome : throw new DemoException($"{host.Name}: {outcome.Message}");
        }
        catch (RpcException e)
        {
            throw new DemoException($"The agent of {host.Name} answered {e.StatusCode}: {e.Status.Detail}");
        }
    }

    private GrpcChannel Channel(DemoHost host)
    {
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPemFile(DemoCertificates.Authority(plan));
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = trust;
        handler.SslOptions.ClientCertificates =
            [X509Certificate2.CreateFromPemFile(DemoCertificates.Certificate(plan, DemoCertificates.Deploy), DemoCertificates.Key(plan, DemoCertificates.Deploy))];
        return GrpcChannel.ForAddress($"https://127.0.0.1:{host.AgentPort}", new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }
}
