using System.Net;
using System.Net.Http.Json;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Security;

/// <summary>Tokens for scripts, from being made to their end.</summary>
public sealed class ApiTokenTests(QuietConsole fixture) : IClassFixture<QuietConsole>
{
    private readonly ConsoleProcess _console = fixture.Console;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_does_what_it_was_given_of_its_account_until_it_is_revoked()
    {
        var token = await AddAsync("ci", "operator", "view");
        Assert.StartsWith("fct_", token, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(token, "/audit/export"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(token, "/captures/1/file"));

        var (_, listed) = await _console.CommandAsync(["tokens", "list"]);
        var id = listed.Split('\n').Single(line => line.Contains("\tci\t", StringComparison.Ordinal)).Split('\t')[0];
        Assert.Equal(0, (await _console.CommandAsync(["tokens", "revoke", id])).ExitCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(token, "/audit/export"));
    }

    [Fact]
    public async Task A_token_gives_no_permission_that_its_account_lacks() =>
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(await AddAsync("greedy", "viewer", "view,profile"), "/captures/1/file"));

    [Fact]
    public async Task An_expired_token_is_none()
    {
        var token = await AddAsync("old", "operator", "view");
        Assert.Equal(1, await _console.ExecuteSqlAsync("UPDATE ApiTokens SET ExpiresAt = 1 WHERE Name = 'old'"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(token, "/audit/export"));
    }

    [Fact]
    public async Task A_disabled_account_is_out_with_its_sessions_and_its_tokens_and_can_come_back()
    {
        Assert.Equal(0, (await _console.CommandAsync(["users", "add", "dora", "--role", "operator"], Programs.Password + "\n")).ExitCode);
        var session = _console.Nobody();
        await session.SignInAsync("dora", Programs.Password);
        var token = await AddAsync("doras", "dora", "view");

        Assert.Equal(0, (await _console.CommandAsync(["users", "disable", "dora"])).ExitCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await session.Http.GetAsync("/audit/export", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(token, "/audit/export"));
        using var answer = await _console.Nobody().PostSignInAsync("dora", Programs.Password);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        Assert.Equal(0, (await _console.CommandAsync(["users", "enable", "dora"])).ExitCode);
        await _console.Nobody().SignInAsync("dora", Programs.Password);
    }

    [Theory]
    [InlineData("nobody-here", "1", "view", "There is no user")]
    [InlineData("viewer", "0", "view", "--days takes 1 to 366")]
    [InlineData("viewer", "1", "dance", "There is no permission \"dance\"")]
    public async Task What_cannot_be_made_is_said(string user, string days, string permissions, string message)
    {
        var (code, output) = await _console.CommandAsync(["tokens", "add", "x", "--user", user, "--days", days, "--permissions", permissions]);

        Assert.Equal(1, code);
        Assert.Contains(message, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    public async Task A_list_of_no_permissions_is_not_all_of_them(string permissions) =>
        Assert.Equal(2, (await _console.CommandAsync(["tokens", "add", "x", "--user", "operator", "--days", "1", "--permissions", permissions])).ExitCode);

    [Fact]
    public async Task A_token_changes_nothing_about_how_its_account_signs_in() =>
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(await AddAsync("curious", "operator", "view"), "/account/security"));

    [Fact]
    public async Task Who_made_and_ended_it_stands_in_the_audit_trail()
    {
        await AddAsync("noted", "operator", "view");

        var (_, exported) = await _console.CommandAsync(["audit", "export"]);

        var line = exported.Split('\n').Single(line => line.Contains("noted of operator, 1 days, view", StringComparison.Ordinal));
        Assert.Contains("\"action\":\"add-token\"", line, StringComparison.Ordinal);
        Assert.Contains($"{Environment.UserName} at the shell", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_token_is_made_that_cannot_be_written_down()
    {
        await using (await _console.FillTrailAsync())
        {
            using var asked = await _console.Nobody().Http.PostAsJsonAsync("/account/token", new { user = "operator", Programs.Password }, Cancel);
            Assert.Equal(HttpStatusCode.InternalServerError, asked.StatusCode);
        }

        Assert.Equal(0, await _console.ExecuteSqlAsync("UPDATE ApiTokens SET Name = Name WHERE Name = 'one hour'"));
    }

    [Fact]
    public async Task No_token_stands_in_the_database()
    {
        var token = await AddAsync("secret", "operator", "view");

        // With the write-ahead log, which a running console keeps beside it.
        var files = Directory.GetFiles(_console.Data, "console.db*").Select(file => File.ReadAllBytesAsync(file, Cancel));
        var bytes = (await Task.WhenAll(files)).SelectMany(file => file).ToArray();
        Assert.True(bytes.AsSpan().IndexOf("secret"u8) >= 0, "the token's name is in the file");
        Assert.True(bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(token)) < 0, "the token itself is not");
    }

    private async Task<string> AddAsync(string name, string user, string permissions)
    {
        var (code, output) = await _console.CommandAsync(["tokens", "add", name, "--user", user, "--days", "1", "--permissions", permissions]);
        Assert.True(code == 0, output);
        return output.Split('\n').Single(line => line.StartsWith("fct_", StringComparison.Ordinal));
    }

    private async Task<HttpStatusCode> StatusAsync(string token, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new("Bearer", token);
        using var answer = await _console.Nobody().Http.SendAsync(request, Cancel);
        return answer.StatusCode;
    }
}
