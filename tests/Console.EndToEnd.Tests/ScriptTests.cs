using System.Diagnostics;

namespace FleetConsole.EndToEnd.Tests;

/// <summary>What demo.sh says on machines that lack something; the programs it finds are a folder of the test's own.</summary>
public sealed class ScriptTests : IDisposable
{
    private static readonly string[] Everyday = ["bash", "dirname", "realpath", "basename", "cat", "cut", "tr", "grep", "id", "mktemp", "rm"];
    private readonly string _programs = Directory.CreateTempSubdirectory("fleetconsole-path-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ScriptTests()
    {
        foreach (var program in Everyday)
            File.CreateSymbolicLink(Path.Combine(_programs, program), File.Exists($"/bin/{program}") ? $"/bin/{program}" : $"/usr/bin/{program}");
    }

    public void Dispose() => Directory.Delete(_programs, recursive: true);

    [Fact]
    public async Task A_missing_SDK_is_one_clear_line()
    {
        var (code, output) = await DemoAsync();
        Assert.Equal(1, code);
        Assert.StartsWith("The .NET 10 SDK is missing: there is no dotnet on PATH.", Assert.Single(output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_older_SDK_is_one_clear_line_with_what_there_is()
    {
        Stub("dotnet", "echo '8.0.100 [/usr/share/dotnet/sdk]'");
        var (code, output) = await DemoAsync();
        Assert.Equal(1, code);
        Assert.StartsWith("The .NET 10 SDK is missing; dotnet has only: 8.0.100", Assert.Single(output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_network_for_the_packages_is_one_clear_line()
    {
        Stub("dotnet", "echo '10.0.100 [/usr/share/dotnet/sdk]'");
        Stub("dpkg-query", "exit 1");
        Stub("sudo", "exec \"$@\"");
        Stub("apt-get", "echo 'Could not resolve the mirror' >&2; exit 100");
        var (code, output) = await DemoAsync();
        Assert.Equal(1, code);
        Assert.StartsWith("Installing prometheus", output[0], StringComparison.Ordinal);
        Assert.StartsWith("These packages could not be installed (is the network up?): prometheus", output[^1], StringComparison.Ordinal);
        Assert.Equal(2, output.Length);
    }

    private void Stub(string name, string command)
    {
        var path = Path.Combine(_programs, name);
        File.WriteAllText(path, $"#!/bin/sh\n{command}\n");
        if (OperatingSystem.IsLinux())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private async Task<(int Code, string[] Output)> DemoAsync()
    {
        var start = new ProcessStartInfo("/bin/bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("exec \"$0\" 2>&1");
        start.ArgumentList.Add(Path.Combine(Repository.Root, "demo.sh"));
        start.Environment["PATH"] = _programs;
        using var demo = Process.Start(start) ?? throw new InvalidOperationException("bash did not start.");
        var output = await demo.StandardOutput.ReadToEndAsync(Cancel);
        await demo.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        return (demo.ExitCode, output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
