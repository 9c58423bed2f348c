using System.Net;
using System.Net.Sockets;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Hosting;

/// <summary>A wrong configuration ends the console at once, with a line that names the key and no stack.</summary>
public sealed class StartTests(Programs programs)
{
    private const string NoPrometheus = "http://127.0.0.1:9";

    [Fact]
    public async Task A_second_console_on_the_same_folder_is_one_clear_line()
    {
        await using var console = new ConsoleProcess(programs, "http://127.0.0.1:9");
        await console.StartAsync();
        var first = console.Run;

        var second = console.StartUnchecked();

        Assert.Equal(2, await second.ExitAsync());
        Assert.Contains(second.Lines, line => line.Contains("another console uses this folder", StringComparison.Ordinal));
        Assert.DoesNotContain(first.Lines, line => line.Contains("shutting down", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Plain_HTTP_outside_loopback_is_refused_by_the_key_of_the_address()
    {
        var lines = await EndsAsync(2, console => console.Section("Endpoints")["Browser"]!["Url"] = "http://0.0.0.0:0");

        Assert.Contains(lines, line => line.Contains("Endpoints:Browser:Url", StringComparison.Ordinal)
            && line.Contains("plain HTTP outside loopback", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ftp://127.0.0.1:0")]
    [InlineData("http://example.com:0")]
    [InlineData("https://127.0.0.1:0")]
    public async Task An_address_that_cannot_be_served_is_refused_by_its_key(string url)
    {
        var lines = await EndsAsync(2, console => console.Section("Endpoints")["Grpc"]!["Url"] = url);

        Assert.Contains(lines, line => line.Contains("Endpoints:Grpc:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Prometheus", "PollSecond")]
    [InlineData("Metrics", "LatencyHistogramm")]
    [InlineData("Hosts", "Override")]
    [InlineData("GitRpc", "Secret")]
    [InlineData("Agents", "CaFile")]
    [InlineData("Watch", "LookBack")]
    [InlineData("Storage", "Directory")]
    [InlineData("Endpoints", "Browsers")]
    [InlineData("Deploys", "BinSecond")]
    public async Task A_key_that_does_not_exist_is_refused_by_its_name(string section, string key)
    {
        var lines = await EndsAsync(2, console => console.Section(section)[key] = "1");

        Assert.Contains(lines, line => line.Contains(section, StringComparison.Ordinal) && line.Contains(key, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Prometheus", "PollSeconds", "0")]
    [InlineData("Prometheus", "PollSeconds", "soon")]
    [InlineData("GitRpc", "ProbeRef", "main")]
    [InlineData("Metrics", "Preset", "nginx")]
    [InlineData("Metrics", "HostLabel", "in-stance")]
    [InlineData("Metrics", "ProcessStart", "")]
    [InlineData("Agents", "CertificateFile", "/nowhere/console.crt")]
    [InlineData("Storage", "MaxCaptureMegabytes", "0")]
    [InlineData("Deploys", "BinSeconds", "1")]
    [InlineData("Deploys", "MostBins", "5")]
    [InlineData("Deploys", "MarginPercent", "3")]
    public async Task A_value_out_of_bounds_is_refused_by_its_key(string section, string key, string value)
    {
        var lines = await EndsAsync(2, console => console.Section(section)[key] = value);

        Assert.Contains(lines, line => line.Contains($"{section}:{key}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_an_address_of_Prometheus_there_is_no_start()
    {
        var lines = await EndsAsync(2, console => console.Settings.Remove("Prometheus"));

        Assert.Contains(lines, line => line.Contains("Prometheus:Url", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_configuration_file_that_is_not_there_is_named()
    {
        await using var process = new ChildProcess(
            "dotnet", [ConsoleProcess.Program, "--config", "/nowhere/console.json"], workingDirectory: AppContext.BaseDirectory);

        Assert.Equal(2, await process.ExitAsync());
        Assert.Contains("/nowhere/console.json", Assert.Single(process.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_one_clear_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var lines = await EndsAsync(1, console => console.Section("Endpoints")["Metrics"]!["Url"] = $"http://127.0.0.1:{port}");

        Assert.Contains(lines, line => line.Contains($"127.0.0.1:{port}", StringComparison.Ordinal)
            && line.Contains("Endpoints:Metrics:Url", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("users", "add", "somebody")]
    [InlineData("users", "remove")]
    [InlineData("users", "dance", "somebody")]
    public async Task A_wrong_command_line_for_accounts_shows_the_right_one(params string[] arguments)
    {
        await using var process = new ChildProcess("dotnet", [ConsoleProcess.Program, .. arguments], workingDirectory: Path.GetTempPath());

        Assert.Equal(2, await process.ExitAsync());
        Assert.StartsWith("Usage: Console.Server users add NAME --role", process.Lines[0], StringComparison.Ordinal);
        Assert.All(process.Lines.Skip(1), line => Assert.StartsWith("       Console.Server users ", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("viewer", Programs.Password, "already taken")]
    [InlineData("somebody", "short", "12")]
    [InlineData("somebody", "", "No password")]
    public async Task An_account_that_cannot_be_made_says_why(string name, string password, string why)
    {
        await using var console = new ConsoleProcess(programs, NoPrometheus);
        await using var process = new ChildProcess("dotnet",
            [ConsoleProcess.Program, "users", "add", name, "--role", "viewer", "--config", console.WriteConfig()], password + "\n");

        Assert.NotEqual(0, await process.ExitAsync());
        Assert.Contains(process.Lines, line => line.Contains(why, StringComparison.Ordinal));
    }

    private async Task<IReadOnlyList<string>> EndsAsync(int code, Action<ConsoleProcess> change)
    {
        await using var console = new ConsoleProcess(programs, NoPrometheus);
        console.ExpectedErrors.Add("");
        change(console);
        var run = console.StartUnchecked();
        var exit = await run.ExitAsync();
        Assert.True(exit == code, $"It ended with {exit}:\n{string.Join('\n', run.Lines)}");
        Assert.DoesNotContain(run.Lines, line => line.Contains("   at ", StringComparison.Ordinal) || line.StartsWith("Unhandled", StringComparison.Ordinal));
        Assert.DoesNotContain(run.Lines, line => line.StartsWith("crit:", StringComparison.Ordinal) || line.StartsWith("fail:", StringComparison.Ordinal));
        return run.Lines;
    }
}
