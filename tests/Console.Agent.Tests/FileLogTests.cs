using FleetConsole.Agent.Dumps;
using FleetConsole.Agent.Supervisors;
using FleetConsole.Contracts.Agent.V1;

namespace FleetConsole.Agent.Tests;

/// <summary>How long the log of a process that has ended is read.</summary>
public sealed class FileLogTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("file-log-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_dump_without_its_end_does_not_go_on_with_the_next_processs_log()
    {
        var path = Path.Join(folder, "server.log");
        await File.WriteAllTextAsync(path, "before\n", TestContext.Current.CancellationToken);
        using var capture = await new FileLog(path, new Leaping()).BeginAsync(TestContext.Current.CancellationToken);
        using var dump = new DumpFile(Path.Join(folder, "dump"), new DumpHeader());
        using var ended = new CancellationTokenSource();
        var next = Task.Run(() => WriteUntil(path, ended.Token), TestContext.Current.CancellationToken);

        await capture.CopyAsync(new ProcessMark(1, 1, default), dump, TestContext.Current.CancellationToken);
        await ended.CancelAsync();
        await next;

        Assert.True(dump.Text.HasAbort);
        Assert.False(dump.Text.HasEnd);
        Assert.InRange(dump.Text.Bytes, 1, new FileInfo(path).Length);
    }

    // The registers never come, and the next process has much to say.
    private static void WriteUntil(string path, CancellationToken ended)
    {
        using var log = new StreamWriter(path, append: true) { AutoFlush = true };
        log.WriteLine("SIGABRT: abort");
        while (!ended.IsCancellationRequested)
            log.WriteLine("the next process is here");
    }

    // Each look at the clock is a quarter of a second after the one before.
    private sealed class Leaping : TimeProvider
    {
        private long milliseconds;

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => Interlocked.Add(ref milliseconds, 250);
    }
}
