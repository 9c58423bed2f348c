using System.Globalization;

namespace FleetConsole.Benchmarks.Profiling;

/// <summary>Writes what a process of 20,000 goroutines writes on SIGABRT, some 30 MB, the same for the same seed: most wait for one lock, the others all over.</summary>
internal static class MadeDump
{
    private const int Goroutines = 20_000;

    public static void Write(int seed, string file)
    {
        using var output = new StreamWriter(file) { NewLine = "\n" };
        var state = 0x9E3779B97F4A7C15 ^ (uint)seed;
        output.WriteLine("SIGABRT: abort\nPC=0x46c2e1 m=0 sigcode=0\n");
        WriteStack(output, 91, "syscall", 0, ["syscall.Syscall", "syscall.read", "syscall.Read", "syscall.readlen", "syscall.forkExec"], 0xc000100000);
        for (var i = 1; i < Goroutines; i++)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            var (id, stack) = (100L + i, 0xc000000000 + (state & 0xffffff00));
            if (state % 20 > 0)
                WriteStack(output, id, "semacquire", (int)((state >> 32) % 30), ["sync.runtime_SemacquireMutex", "sync.(*Mutex).lockSlow", "sync.(*RWMutex).Lock", "syscall.forkExec"], stack);
            else
                WriteStack(output, id, state % 3 == 0 ? "IO wait" : "select", (int)((state >> 40) % 5), [$"example.org/made/pkg{state % 90}.(*Conn).serve", $"example.org/made/pkg{state % 70}.handle"], stack);
        }

        output.WriteLine("rax    0xca\nrip    0x46c2e1\ngs     0x0");
    }

    private static void WriteStack(StreamWriter output, long id, string reason, int minutes, string[] inner, ulong stack)
    {
        output.WriteLine(minutes > 0 ? $"goroutine {id} [{reason}, {minutes} minutes]:" : $"goroutine {id} [{reason}]:");
        var line = 100;
        foreach (var function in (string[])[.. inner, "os/exec.(*Cmd).Start", "example.org/made/command.New", "example.org/made/service.(*server).RefExists",
            "example.org/made/rpc._RefService_RefExists_Handler", "google.golang.org/grpc.(*Server).handleStream"])
        {
            var argument = function.EndsWith("lockSlow", StringComparison.Ordinal) ? "0x9334d0" : string.Create(CultureInfo.InvariantCulture, $"0x{stack:x}?, {{0x{stack + 64:x}, 0x{line:x}}}");
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{function}({argument})\n\t/usr/lib/go-1.19/src/{function.Split('.')[0]}/file.go:{line} +0x{line:x} fp=0x{stack:x} sp=0x{stack - 96:x} pc=0x{4_000_000 + line:x}"));
            line += 7;
            stack += 96;
        }

        output.WriteLine("created by google.golang.org/grpc.(*Server).serveStreams.func1\n\t/usr/lib/go-1.19/src/google.golang.org/grpc/server.go:921 +0x28a\n");
    }
}
