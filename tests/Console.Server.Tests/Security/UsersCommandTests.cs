using System.Net;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Security;

public sealed class UsersCommandTests(QuietConsole fixture) : IClassFixture<QuietConsole>
{
    private readonly ConsoleProcess _console = fixture.Console;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_is_removed_is_out_at_the_next_request()
    {
        Assert.Equal(0, await UsersAsync(Programs.Password + "\n", "add", "leaver", "--role", "operator"));
        var session = _console.Nobody();
        await session.SignInAsync("leaver", Programs.Password);
        Assert.Equal(HttpStatusCode.OK, (await session.Http.GetAsync("/audit", Cancel)).StatusCode);

        Assert.Equal(0, await UsersAsync("", "remove", "leaver"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await session.Http.GetAsync("/audit", Cancel)).StatusCode);
    }

    [Fact]
    public async Task An_account_that_cannot_be_written_down_is_not_made()
    {
        await using (await _console.FillTrailAsync())
            Assert.NotEqual(0, await UsersAsync(Programs.Password + "\n", "add", "ghost", "--role", "admin"));

        Assert.Equal(0, await _console.ExecuteSqlAsync("UPDATE AspNetUsers SET UserName = UserName WHERE UserName = 'ghost'"));
    }

    [Fact]
    public async Task Removing_nobody_says_so() => Assert.Equal(1, await UsersAsync("", "remove", "no-such-user"));

    private async Task<int> UsersAsync(string input, params string[] command)
    {
        await using var process = new ChildProcess("dotnet", [ConsoleProcess.Program, "users", .. command, "--config", _console.WriteConfig()], input);
        return await process.ExitAsync();
    }
}
