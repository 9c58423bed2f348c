using System.Diagnostics;
using System.Globalization;

namespace FleetConsole.DemoFleet;

/// <summary>
/// One long-running program of the demo. Its pid is in <c>run/NAME.pid</c>; while <c>run/NAME.held</c> exists it is
/// meant to be stopped, which is how a second terminal stops and starts it.
/// </summary>
internal sealed class Child(DemoPlan plan, string name, string program, IReadOnlyList<string> arguments) : IDisposable
{
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(12);
    private Process? _process;
    private bool _held;

    public string Name => name;

    public string LogPath => plan.In("log", $"{name}.log");

    public bool Running => _process is { HasExited: false };

    public int? ExitCode => _process is { HasExited: true } ended ? ended.ExitCode : null;

    /// <summary>It is meant to be stopped, or was until a moment ago.</summary>
    public bool Held => _held || File.Exists(HeldFile(plan, name));

    public static string PidFile(DemoPlan plan, string name) => Path.Combine(plan.RunFolder, $"{name}.pid");

    public static string HeldFile(DemoPlan plan, string name) => Path.Combine(plan.RunFolder, $"{name}.held");

    /// <exception cref="DemoException">The program cannot be run.</exception>
    public void Start()
    {
        // The shell only joins output to the log; every argument reaches the program as it is.
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, WorkingDirectory = plan.Data };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null");
        start.ArgumentList.Add("sh");
        start.ArgumentList.Add(LogPath);
        start.ArgumentList.Add(program);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        _process?.Dispose();
        _process = Process.Start(start) ?? throw new DemoException($"{program} did not start.");
        File.WriteAllText(PidFile(plan, name), _process.Id.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Starts the program again when the hold on it is gone.</summary>
    public void FollowHold()
    {
        var held = File.Exists(HeldFile(plan, name));
        if (_held && !held && !Running)
            Start();
        _held = held;
    }

    /// <summary>Asks it to end, and ends it when it does not within the deadline.</summary>
    public async Task StopAsync()
    {
        if (_process is null || _process.HasExited)
            return;
        Signals.Send(_process.Id, Signals.Terminate);
        using var deadline = new CancellationTokenSource(StopDeadline);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        File.Delete(PidFile(plan, name));
    }

    public void Dispose() => _process?.Dispose();
}
