using System.Net;
using System.Text.RegularExpressions;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Security;

/// <summary>Ending accounts and tokens from the page of an administrator.</summary>
public sealed partial class AccountListTests(QuietConsole fixture) : IClassFixture<QuietConsole>
{
    private const string Page = "/account/all";
    private readonly ConsoleProcess _console = fixture.Console;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_administrator_disables_and_enables_an_account_and_it_is_audited_or_not_done()
    {
        Assert.Equal(0, (await _console.CommandAsync(["users", "add", "lena", "--role", "operator"], Programs.Password + "\n")).ExitCode);
        var lena = _console.Nobody();
        await lena.SignInAsync("lena", Programs.Password);
        var admin = await fixture.AsAsync("admin");

        await using (await _console.FillTrailAsync())
            Assert.Equal(HttpStatusCode.InternalServerError, (await SendAsync(admin, "lena")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await lena.Http.GetAsync("/audit", Cancel)).StatusCode);
        Assert.Contains("Enable", RowOf(await PressAsync(admin, "lena"), "lena"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await lena.Http.GetAsync("/audit", Cancel)).StatusCode);
        Assert.Contains("Disable", RowOf(await PressAsync(admin, "lena"), "lena"), StringComparison.Ordinal);
        await lena.SignInAsync("lena", Programs.Password);

        var (_, exported) = await _console.CommandAsync(["audit", "export"]);
        Assert.Contains("\"user\":\"admin\",\"action\":\"disable-user\",\"host\":\"\",\"reason\":\"lena\"", exported, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ones_own_account_stays()
    {
        var admin = await fixture.AsAsync("admin");

        Assert.Contains("disabled by another administrator", await PressAsync(admin, "admin"), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, (await admin.Http.GetAsync(Page, Cancel)).StatusCode);
    }

    [Fact]
    public async Task A_token_is_revoked_if_that_can_be_written_down()
    {
        var (_, output) = await _console.CommandAsync(["tokens", "add", "stolen", "--user", "viewer", "--days", "1"]);
        var thief = _console.Nobody();
        thief.Bear(output.Split('\n').Single(line => line.StartsWith("fct_", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.OK, (await thief.Http.GetAsync("/audit/export", Cancel)).StatusCode);

        var admin = await fixture.AsAsync("admin");
        await using (await _console.FillTrailAsync())
            Assert.Equal(HttpStatusCode.InternalServerError, (await SendAsync(admin, "stolen")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await thief.Http.GetAsync("/audit/export", Cancel)).StatusCode);
        Assert.DoesNotContain("data-token=\"stolen\"", await PressAsync(admin, "stolen"), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.Unauthorized, (await thief.Http.GetAsync("/audit/export", Cancel)).StatusCode);
    }

    [Fact]
    public async Task A_token_of_an_administrator_does_not_reach_the_page()
    {
        var (_, output) = await _console.CommandAsync(["tokens", "add", "script", "--user", "admin", "--days", "1"]);
        var script = _console.Nobody();
        script.Bear(output.Split('\n').Single(line => line.StartsWith("fct_", StringComparison.Ordinal)));

        Assert.Equal(HttpStatusCode.Forbidden, (await script.Http.GetAsync(Page, Cancel)).StatusCode);
    }

    private static async Task<string> PressAsync(Session session, string name)
    {
        using var answer = await SendAsync(session, name);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(Cancel);
    }

    // Sends the form of an account's or token's row, as a browser does.
    private static async Task<HttpResponseMessage> SendAsync(Session session, string name)
    {
        var row = RowOf(await session.Http.GetStringAsync(Page, Cancel), name);
        var fields = Hidden().Matches(row).Select(m => KeyValuePair.Create(m.Groups[1].Value, WebUtility.HtmlDecode(m.Groups[2].Value)));
        using var form = new FormUrlEncodedContent(fields);
        return await session.Http.PostAsync(Page, form, Cancel);
    }

    private static string RowOf(string page, string name) =>
        Rows().Matches(page).Select(m => m.Value).Single(row => row.Contains($"\"{name}\"", StringComparison.Ordinal));

    [GeneratedRegex("<tr data-(user|token)=.*?</tr>", RegexOptions.Singleline)]
    private static partial Regex Rows();

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"")]
    private static partial Regex Hidden();
}
