using System.Diagnostics;

namespace FleetConsole.Agent.Tests.Harness;

/// <summary>What the tests need from the repository that they are built in.</summary>
internal static class Repository
{
    private static readonly Lazy<Task> Built = new(() => RunAsync(At("tests", "git-rpc-server", "build.sh"), At("artifacts", "git-rpc-server")));

    // By what is on the disk: in a deterministic build the compiler's paths are not the machine's.
    public static string Root { get; } = FindRoot();

    public static string At(params ReadOnlySpan<string> path) => Path.Join([Root, .. path]);

    /// <summary>The reference Git RPC server, built if it has to be.</summary>
    public static async Task<string> GitRpcServerAsync()
    {
        await Built.Value;
        return At("artifacts", "git-rpc-server", "git-rpc-server");
    }

    /// <summary>Runs a program to its end and gives its output; any exit code but 0 fails.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new InvalidOperationException($"{program} did not start.");
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(5));
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {output} {await errors}");
        return output;
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Join(folder.FullName, "Console.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("No Console.sln above the tests.");
    }
}
