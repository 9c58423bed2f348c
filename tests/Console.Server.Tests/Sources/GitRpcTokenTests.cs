using System.Text;
using FleetConsole.Server.Sources.GitRpc;
using FleetConsole.Server.Tests.Harness;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace FleetConsole.Server.Tests.Sources;

public sealed class GitRpcTokenTests(Programs programs)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // printf 1700000000 | openssl dgst -sha256 -hmac 'the shared secret'
    [Fact]
    public void A_token_is_the_HMAC_of_its_time_stamp() => Assert.Equal(
        "Bearer v2.07ab1e71c5d206eb2f14f843ca1d0c3ab9474a7ad0843a5dfbce7ae4e5793103.1700000000",
        GitRpcToken.Bearer(Encoding.UTF8.GetBytes(GitRpcProcess.Secret), DateTimeOffset.FromUnixTimeSeconds(1_700_000_000)));

    [Fact]
    public async Task The_servers_answer_comes_with_the_right_secret_alone()
    {
        await using var git = new GitRpcProcess(programs);
        await git.StartAsync("1.0.0");
        using var folder = new TempFolder();
        var address = new Uri($"http://{git.Grpc}");

        using var right = Servers(git.SecretFile);
        var info = await right.AskServerInfoAsync(address, Cancel);
        Assert.Equal(("1.0.0", ""), (info.Answer?.ServerVersion, info.Message));

        using var wrong = Servers(folder.Write("wrong", "another secret"));
        var refused = await wrong.AskServerInfoAsync(address, Cancel);
        Assert.Null(refused.Answer);
        Assert.Equal(
            $"{git.Grpc} refuses the token. Compare GitRpc:SecretFile with the server's secret, and the clocks (30 s at most).", refused.Message);

        using var none = Servers("");
        Assert.Equal($"{git.Grpc} wants a token. Set GitRpc:SecretFile.", (await none.AskServerInfoAsync(address, Cancel)).Message);
    }

    [Fact]
    public async Task A_clock_a_minute_off_is_named_among_the_causes()
    {
        await using var git = new GitRpcProcess(programs);
        await git.StartAsync("1.0.0");
        using var servers = Servers(git.SecretFile, new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddMinutes(1)));

        var answer = await servers.CheckHealthAsync(new Uri($"http://{git.Grpc}"), Cancel);

        Assert.Contains("the clocks (30 s at most)", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_file_with_a_line_end_and_a_rotated_one_work()
    {
        await using var git = new GitRpcProcess(programs);
        await git.StartAsync("1.0.0");
        using var folder = new TempFolder();
        using var servers = Servers(folder.Write("secret", "an old secret\n"));
        var address = new Uri($"http://{git.Grpc}");
        Assert.False((await servers.CheckHealthAsync(address, Cancel)).Serving);

        folder.Write("secret", GitRpcProcess.Secret + "\n");

        Assert.True((await servers.CheckHealthAsync(address, Cancel)).Serving);
    }

    [Fact]
    public async Task A_secret_file_that_is_gone_is_an_answer_that_names_it()
    {
        using var folder = new TempFolder();
        using var servers = Servers(folder.At("missing"));

        var health = await servers.CheckHealthAsync(new Uri("http://127.0.0.1:9"), Cancel);
        var info = await servers.AskServerInfoAsync(new Uri("http://127.0.0.1:9"), Cancel);

        Assert.False(health.Answered);
        Assert.Contains("GitRpc:SecretFile", health.Message, StringComparison.Ordinal);
        Assert.Contains(folder.At("missing"), info.Message, StringComparison.Ordinal);
    }

    private static GitRpcServers Servers(string secretFile, TimeProvider? time = null) =>
        new(Options.Create(new GitRpcOptions { SecretFile = secretFile }), time ?? TimeProvider.System);
}
