using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace FleetConsole.EndToEnd.Tests;

/// <summary>The demo's own program, started and ended as demo.sh does it.</summary>
internal sealed partial class DemoProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private const int PortsOfADemo = 26;
    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(40);
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private DemoProcess(int port, string data, IReadOnlyList<string> command)
    {
        (Port, Data) = (port, data);
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Repository.Root };
        foreach (var argument in new[] { Repository.DemoProgram, "--artifacts", Repository.Artifacts }.Concat(command))
            start.ArgumentList.Add(argument);
        start.Environment["PORT"] = $"{port}";
        start.Environment["DATA"] = data;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Port { get; }

    public string Data { get; }

    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    public static DemoProcess Start(int port, string data, params string[] command) => new(port, data, command);

    /// <summary>A port with as many free ones after it as a demo takes.</summary>
    public static int FreePorts()
    {
        for (var port = 21000; port < 60000; port += PortsOfADemo)
        {
            if (Enumerable.Range(port, PortsOfADemo).All(IsFree))
                return port;
        }

        throw new InvalidOperationException("No free range of ports.");
    }

    /// <summary>Pids and command lines of the programs that run on a demo's folder.</summary>
    public static IReadOnlyDictionary<int, string> RunningOn(string data)
    {
        var found = new Dictionary<int, string>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var pid))
                continue;
            try
            {
                var command = File.ReadAllText(Path.Combine(folder, "cmdline"));
                if (command.Contains(data + "/", StringComparison.Ordinal))
                    found[pid] = command.Replace('\0', ' ');
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended while we looked.
            }
        }

        return found;
    }

    /// <summary>The process of a host's Git RPC server.</summary>
    public int ServerPid(string host) => RunningOn(Data).Single(process =>
        process.Value.Contains("git-rpc-server --grpc-listen", StringComparison.Ordinal)
        && process.Value.Contains($"/{host}/settings.json", StringComparison.Ordinal)).Key;

    /// <summary>The line that says it is ready; fails when the program ends before it.</summary>
    public async Task<string> ReadyAsync(TimeSpan deadline, CancellationToken cancellationToken)
    {
        var ended = _process.WaitForExitAsync(cancellationToken);
        if (await Task.WhenAny(_ready.Task, ended).WaitAsync(deadline, cancellationToken) == ended)
            Assert.Fail($"The demo ended with {_process.ExitCode}: {Output}");
        return await _ready.Task;
    }

    /// <summary>Its exit code, when it ends by itself.</summary>
    public async Task<int> EndAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken).WaitAsync(EndDeadline, cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Ends it as Ctrl-C does.</summary>
    public async Task<int> StopAsync(CancellationToken cancellationToken)
    {
        _ = SendSignal(_process.Id, Terminate);
        return await EndAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await StopAsync(CancellationToken.None);
        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        lock (_output)
            _output.AppendLine(line);
        if (line.StartsWith("Console ready:", StringComparison.Ordinal))
            _ready.TrySetResult(line);
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);
}
