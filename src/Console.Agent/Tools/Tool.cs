using System.ComponentModel;
using System.Text;
using FleetConsole.Agent.Supervisors;

namespace FleetConsole.Agent.Tools;

/// <summary>How a program of the host ended, and the beginning of what it wrote to standard error.</summary>
internal sealed record ToolResult(ProcessEnd End, bool TimedOut, string Errors)
{
    public bool Succeeded => !TimedOut && End.ExitCode == 0;

    /// <summary>For a message: its own words, or how it ended.</summary>
    public string Words => TimedOut ? "it did not end in time" : Errors.Length > 0 ? Errors : End.ToString();
}

/// <summary>
/// Runs a program of the host: by argv, never by a shell; in a process group of its own, which is killed at the deadline. What it writes goes to the
/// reader, who may stop reading: then the program is killed too.
/// </summary>
internal static class Tool
{
    private const int MostErrorBytes = 2000;
    private static readonly TimeSpan KillTimeout = TimeSpan.FromSeconds(5);

    /// <exception cref="ToolException">It could not be started, or does not even end when it is killed.</exception>
    /// <exception cref="OperationCanceledException">The caller's token; the program has been killed.</exception>
    public static async Task<ToolResult> RunAsync(
        IReadOnlyList<string> argv, TimeSpan deadline, Func<Stream, CancellationToken, Task> read, CancellationToken cancel)
    {
        var (process, output, errors) = Start(argv);
        using var life = process;
        using var late = new CancellationTokenSource(deadline);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancel);
        await using var killing = either.Token.Register(life.KillGroup);
        await using (output)
        await using (errors)
        {
            var words = ReadWordsAsync(errors);
            try
            {
                await read(output, either.Token).WaitAsync(either.Token);
                await life.Ended.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (late.IsCancellationRequested && !cancel.IsCancellationRequested)
            {
                // Told by TimedOut.
            }
            finally
            {
                life.KillGroup();
                await EndAsync(life, argv[0]);
            }

            return new(await life.Ended, late.IsCancellationRequested, await SoonAsync(words));
        }
    }

    private static async Task EndAsync(ProcessLife life, string program)
    {
        try
        {
            await life.Ended.WaitAsync(KillTimeout, CancellationToken.None);
        }
        catch (TimeoutException e)
        {
            throw new ToolException($"{program} does not end, not even on SIGKILL.", e);
        }
    }

    // What the program has started may hold its standard error open; how the program ended is known without those words.
    private static async Task<string> SoonAsync(Task<string> words)
    {
        try
        {
            return await words.WaitAsync(KillTimeout, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            return "";
        }
    }

    /// <summary>Runs a program that writes at most <paramref name="mostBytes"/>; what is beyond that is left out.</summary>
    public static async Task<(ToolResult Result, string Output)> TextAsync(IReadOnlyList<string> argv, TimeSpan deadline, int mostBytes, CancellationToken cancel)
    {
        var text = "";
        var result = await RunAsync(argv, deadline, async (output, _) => text = await ReadTextAsync(output, mostBytes), cancel);
        return (result, text);
    }

    private static (ProcessLife Life, FileStream Output, FileStream Errors) Start(IReadOnlyList<string> argv)
    {
        try
        {
            var (pid, output, errors) = Spawner.StartPiped(argv);
            return (ProcessLife.OfChild(pid), new FileStream(output, FileAccess.Read, 0), new FileStream(errors, FileAccess.Read, 0));
        }
        catch (Win32Exception e)
        {
            throw new ToolException($"{argv[0]} cannot be run: {e.Message}", e);
        }
    }

    private static async Task<string> ReadWordsAsync(FileStream errors)
    {
        var words = (await ReadTextAsync(errors, MostErrorBytes)).Trim();
        return string.Concat(words.Select(c => char.IsControl(c) ? ' ' : c));
    }

    // Read to the end in any case: a program whose pipe is full would not go on.
    private static async Task<string> ReadTextAsync(Stream stream, int mostBytes)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[4096];
        while (await stream.ReadAsync(buffer, CancellationToken.None) is > 0 and var length)
            kept.Write(buffer, 0, (int)Math.Min(length, mostBytes - kept.Length));
        return Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length);
    }
}

/// <summary>A program of the host is missing, or failed; the message says which and what it said.</summary>
internal sealed class ToolException(string message, Exception? cause = null) : Exception(message, cause);
