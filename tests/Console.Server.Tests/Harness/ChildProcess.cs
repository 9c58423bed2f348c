using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FleetConsole.Server.Tests.Harness;

/// <summary>A program that a test started. It is ended by its own pid, with the test at the latest.</summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private const int SigKill = 9;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = [];

    public ChildProcess(string program, IEnumerable<string> arguments, string? input = null, string workingDirectory = "/")
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory,
        };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, e) => Take(e.Data);
        _process.ErrorDataReceived += (_, e) => Take(e.Data);
        Assert.True(_process.Start());
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        if (input is not null)
            _process.StandardInput.Write(input);
        _process.StandardInput.Close();
    }

    /// <summary>Everything written so far, standard output and standard error together.</summary>
    public IReadOnlyList<string> Lines => [.. _lines];

    public bool Ended => _process.HasExited;

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(Deadline, TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public Task KillAsync() => EndAsync(SigKill);

    public Task StopAsync() => EndAsync(SigTerm);

    /// <summary>Waits for a line; an end of the program before it is a failure that shows what it said.</summary>
    public Task LineAsync(string text) => Wait.UntilAsync($"\"{text}\" in the output", () =>
    {
        var found = _lines.Any(line => line.Contains(text, StringComparison.Ordinal));
        if (!found && _process.HasExited)
            Assert.Fail($"The program ended with {_process.ExitCode} before it wrote \"{text}\":\n{string.Join('\n', _lines)}");
        return found;
    });

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
    }

    private async Task EndAsync(int signal)
    {
        if (!_process.HasExited)
            _ = Kill(_process.Id, signal);
        await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(Deadline, CancellationToken.None);
    }

    private void Take(string? line)
    {
        if (line is not null)
            _lines.Enqueue(line);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int pid, int signal);
}
