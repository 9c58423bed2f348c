using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using FleetConsole.Agent.Supervisors;
using FleetConsole.Contracts.Agent.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace FleetConsole.Agent.Tests.Harness;

/// <summary>The real agent in a process of its own: the AOT binary that FLEETCONSOLE_AGENT names, or the built one.</summary>
internal sealed partial class AgentProcess : IAsyncDisposable
{
    private readonly AgentSetup setup;
    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = [];
    private readonly List<GrpcChannel> channels = [];
    private readonly TaskCompletionSource<Match> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HttpClient http = new();

    public AgentProcess(AgentSetup setup, string config)
    {
        this.setup = setup;
        var binary = Environment.GetEnvironmentVariable("FLEETCONSOLE_AGENT");
        var start = new ProcessStartInfo(binary ?? "dotnet") { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = "/" };
        if (binary is null)
            start.ArgumentList.Add(Path.Join(AppContext.BaseDirectory, "Console.Agent.dll"));
        start.ArgumentList.Add("--config");
        start.ArgumentList.Add(config);
        process = new Process { StartInfo = start };
        process.ErrorDataReceived += (_, e) => Take(e.Data);
        process.OutputDataReceived += (_, e) => Take(e.Data);
        Assert.True(process.Start());
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
    }

    public IReadOnlyCollection<string> Lines => lines;

    /// <summary>Words of error lines that the test provokes; any other error line fails it.</summary>
    public string? ExpectedError { get; set; }

    public int Pid => process.Id;

    public string Metrics { get; private set; } = "";

    public string Address { get; private set; } = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task WaitUntilListeningAsync()
    {
        var match = await listening.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        (Address, Metrics) = (match.Groups[1].Value, match.Groups[2].Value);
        await Wait.UntilAsync("the unit's process runs", async () => (await StatusAsync()).MainPid != 0 || ExpectedError is not null);
    }

    /// <summary>A client with the console's certificate, another one, or none.</summary>
    public Contracts.Agent.V1.Agent.AgentClient Client(X509Certificate2? certificate)
    {
        var channel = AgentChannel.Open(Address, setup.Authority, certificate);
        channels.Add(channel);
        return new(channel);
    }

    public Contracts.Agent.V1.Agent.AgentClient Console => field ??= Client(setup.Console);

    public Task<UnitStatus> StatusAsync() => Console.GetStatusAsync(new() { Unit = AgentSetup.Unit }, cancellationToken: Cancel).ResponseAsync;

    public Task<CommandOutcome> RestartAsync(string id, string reason = "a test") => Console.RestartAsync(Order(id, reason), cancellationToken: Cancel).ResponseAsync;

    public static RestartRequest Order(string id, string reason = "a test") =>
        new() { CommandId = id, Unit = AgentSetup.Unit, RequestedBy = "tester", Reason = reason };

    public Task<CommandOutcome> CommandAsync(string id) => Console.GetCommandAsync(new() { CommandId = id }, cancellationToken: Cancel).ResponseAsync;

    public Task<CommandOutcome> SettleAsync(string id) => Console.GetCommandAsync(Settling(id), cancellationToken: Cancel).ResponseAsync;

    /// <summary>Asks what became of a command, and to refuse it if it never came.</summary>
    public static GetCommandRequest Settling(string id) => new() { CommandId = id, VoidIfUnknown = true, Unit = AgentSetup.Unit };

    public async Task<(string Text, bool Truncated)> ReadLogAsync(int lines, int bytes)
    {
        using var call = Console.ReadJournal(new() { Unit = AgentSetup.Unit, Lines = lines, MaxBytes = bytes }, cancellationToken: Cancel);
        var chunks = await call.ResponseStream.ReadAllAsync(Cancel).ToListAsync(Cancel);
        return (string.Concat(chunks.Select(c => c.Data.ToStringUtf8())), chunks[0].Truncated);
    }

    public Task<string> MetricsAsync() => http.GetStringAsync($"{Metrics}/metrics", Cancel);

    public Task<HttpResponseMessage> GetAsync(string path) => http.GetAsync(Metrics + path, Cancel);

    public async Task<double> MetricAsync(string series)
    {
        var text = await MetricsAsync();
        var line = text.Split('\n').Single(l => l.StartsWith(series + " ", StringComparison.Ordinal));
        return double.Parse(line.AsSpan(series.Length + 1), CultureInfo.InvariantCulture);
    }

    public void Signal(int signal) => Assert.Equal(0, Posix.Kill(process.Id, signal));

    public async Task<int> ExitAsync()
    {
        await process.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        return process.ExitCode;
    }

    public async Task KillAsync()
    {
        Signal(Posix.SigKill);
        await ExitAsync();
    }

    public static bool Lives(long pid) => Directory.Exists($"/proc/{pid}") && !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);

    public async ValueTask DisposeAsync()
    {
        channels.ForEach(c => c.Dispose());
        http.Dispose();
        if (!process.HasExited)
            _ = Posix.Kill(process.Id, Posix.SigTerm);
        await process.WaitForExitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60), CancellationToken.None);
        process.Dispose();
        Assert.DoesNotContain(lines, l => ErrorLine().IsMatch(l) && (ExpectedError is null || !l.Contains(ExpectedError, StringComparison.Ordinal)));
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        lines.Enqueue(line);
        if (ListeningLine().Match(line) is { Success: true } match)
            listening.TrySetResult(match);
    }

    [GeneratedRegex(@"Listening on (https://[^,]+?), (http://[^,]+?)\.$")]
    private static partial Regex ListeningLine();

    [GeneratedRegex("^[^ ]+ (fail|crit): ")]
    private static partial Regex ErrorLine();
}
