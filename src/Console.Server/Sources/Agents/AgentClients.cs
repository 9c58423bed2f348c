using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using FleetConsole.Contracts.Agent.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Sources.Agents;

/// <summary>Host agents over mutual TLS. Every call has a deadline; errors come as <see cref="AgentException"/>, a call that was given up as an <see cref="OperationCanceledException"/>.</summary>
internal sealed class AgentClients(IOptions<AgentOptions> options, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<Uri, GrpcChannel> _channels = new();
    private readonly Lazy<X509Certificate2Collection> _authorities = new(() =>
    {
        var found = new X509Certificate2Collection();
        found.ImportFromPemFile(options.Value.AuthorityFile);
        return found;
    });

    /// <summary>Why no agent can be asked at all; empty when they can.</summary>
    public string Problem => options.Value.CertificateFile.Length > 0
        ? ""
        : "Agents:CertificateFile is not set, so the console cannot prove itself to the agents.";

    public Task<UnitStatus> GetStatusAsync(Uri address, string unit, CancellationToken cancellationToken) =>
        AskAsync(address, Seconds(options.Value.DeadlineSeconds), (client, call) => client.GetStatusAsync(new() { Unit = unit }, call), cancellationToken);

    public Task<CommandOutcome> GetCommandAsync(Uri address, GetCommandRequest request, CancellationToken cancellationToken) =>
        AskAsync(address, Seconds(options.Value.DeadlineSeconds), (client, call) => client.GetCommandAsync(request, call), cancellationToken);

    /// <summary>Answers when the new process runs, or with what went wrong.</summary>
    public Task<CommandOutcome> RestartAsync(Uri address, RestartRequest request, TimeSpan deadline, CancellationToken cancellationToken) =>
        AskAsync(address, deadline, (client, call) => client.RestartAsync(request, call), cancellationToken);

    /// <inheritdoc cref="RestartAsync"/>
    public Task<CommandOutcome> ReloadAsync(Uri address, ReloadRequest request, TimeSpan deadline, CancellationToken cancellationToken) =>
        AskAsync(address, deadline, (client, call) => client.ReloadAsync(request, call), cancellationToken);

    /// <summary>Streams a dump into <paramref name="target"/>. Sent again with the same command id it is the same dump.</summary>
    /// <param name="maxBytes">A longer dump is an error.</param>
    /// <returns>The process it is of, and how it went.</returns>
    public async Task<(DumpHeader Header, DumpTrailer Trailer)> DumpAsync(
        Uri address, DumpRequest request, Stream target, long maxBytes, TimeSpan deadline, CancellationToken cancellationToken)
    {
        try
        {
            using var call = Client(address).Dump(request, Call(deadline, cancellationToken));
            DumpHeader? header = null;
            DumpTrailer? trailer = null;
            var size = 0L;
            await foreach (var chunk in call.ResponseStream.ReadAllAsync(cancellationToken))
            {
                header ??= chunk.Header;
                trailer ??= chunk.Trailer;
                size += chunk.Data.Length;
                if (size > maxBytes)
                    throw new AgentException(StatusCode.ResourceExhausted, $"The dump is larger than {maxBytes / (1024 * 1024)} MiB.", null);
                await target.WriteAsync(chunk.Data.Memory, cancellationToken);
            }

            return header is not null && trailer?.Outcome is not null
                ? (header, trailer)
                : throw new AgentException(StatusCode.DataLoss, $"The dump from the agent at {address.Authority} ended before its end.", null);
        }
        catch (RpcException e)
        {
            throw Translate(address, e, cancellationToken);
        }
    }

    /// <summary>Streams a profile into <paramref name="target"/> and returns its header.</summary>
    /// <param name="maxBytes">A longer profile is an error.</param>
    public async Task<ProfileHeader> ProfileAsync(
        Uri address, ProfileRequest request, Stream target, long maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            // pprof answers after the profile's own duration; the rest is for the transfer.
            using var call = Client(address).Profile(request, Call(Seconds(request.Seconds + 30), cancellationToken));
            ProfileHeader? header = null;
            var size = 0L;
            await foreach (var chunk in call.ResponseStream.ReadAllAsync(cancellationToken))
            {
                header ??= chunk.Header;
                size += chunk.Data.Length;
                if (size > maxBytes)
                    throw new AgentException(StatusCode.ResourceExhausted, $"The profile is larger than {maxBytes / (1024 * 1024)} MiB.", null);
                await target.WriteAsync(chunk.Data.Memory, cancellationToken);
            }

            return header?.ProcessStartedAt is not null && size > 0
                ? header
                : throw new AgentException(StatusCode.DataLoss, $"The agent at {address.Authority} sent an empty profile, or did not name its process.", null);
        }
        catch (RpcException e)
        {
            throw Translate(address, e, cancellationToken);
        }
    }

    public void Dispose()
    {
        foreach (var channel in _channels.Values)
            channel.Dispose();
    }

    private async Task<T> AskAsync<T>(
        Uri address, TimeSpan deadline, Func<Agent.AgentClient, CallOptions, AsyncUnaryCall<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask(Client(address), Call(deadline, cancellationToken));
        }
        catch (RpcException e)
        {
            throw Translate(address, e, cancellationToken);
        }
    }

    private Agent.AgentClient Client(Uri address) => Problem.Length == 0
        ? new(_channels.GetOrAdd(address, Open))
        : throw new AgentException(StatusCode.FailedPrecondition, Problem, null);

    private CallOptions Call(TimeSpan deadline, CancellationToken cancellationToken) =>
        new(deadline: (time.GetUtcNow() + deadline).UtcDateTime, cancellationToken: cancellationToken);

    private GrpcChannel Open(Uri address)
    {
        var trust = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        trust.CustomTrustStore.AddRange(_authorities.Value);
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = Seconds(options.Value.DeadlineSeconds),
            KeepAlivePingDelay = Seconds(20),
            KeepAlivePingTimeout = Seconds(10),
        };
        handler.SslOptions.CertificateChainPolicy = trust;
        handler.SslOptions.ClientCertificates =
            [X509Certificate2.CreateFromPemFile(options.Value.CertificateFile, options.Value.KeyFile)];
        return GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);

    // Whoever gave the call up knows why; what gRPC makes of it is no answer of the agent's.
    private static Exception Translate(Uri address, RpcException e, CancellationToken cancellationToken) => cancellationToken.IsCancellationRequested
        ? new OperationCanceledException($"The call of the agent at {address.Authority} was given up.", e, cancellationToken)
        : Translate(address, e);

    private static AgentException Translate(Uri address, RpcException e) => new(e.StatusCode, e.StatusCode switch
    {
        StatusCode.DeadlineExceeded => $"The agent at {address.Authority} did not answer in time.",
        StatusCode.Unavailable when e.Status.DebugException is not null =>
            $"The agent at {address.Authority} cannot be reached ({Innermost(e).Message}). Check that it runs on the host.",
        _ => $"The agent at {address.Authority} answered {e.StatusCode}: {e.Status.Detail}",
    }, e, neverSent: Innermost(e) is SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostNotFound or SocketError.HostUnreachable });

    private static Exception Innermost(Exception cause)
    {
        cause = (cause as RpcException)?.Status.DebugException ?? cause;
        while (cause.InnerException is not null)
            cause = cause.InnerException;
        return cause;
    }
}
