using System.Net;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Security;

/// <summary>Signing in by OpenID Connect, against a real provider, as a browser does it.</summary>
public sealed class ProviderSignInTests(Programs programs) : IAsyncLifetime
{
    private readonly Provider _provider = new();
    private readonly TempFolder _folder = new();
    private FakePrometheus? _prometheus;
    private ConsoleProcess? _console;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ConsoleProcess Console => _console ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync()
    {
        await _provider.StartAsync();
        _prometheus = await FakePrometheus.StartAsync();
        _prometheus.Run(QuietConsole.Host, FakePrometheus.Now - 3600);
        _console = new(programs, _prometheus.Url);
        _console.Section("Hosts")["GitRpcAddress"] = "";
        _console.Section("Hosts")["AgentAddress"] = "";
        var settings = _console.Section("OpenIdConnect");
        settings["Authority"] = _provider.Url;
        settings["Name"] = "Example SSO";
        settings["ClientSecretFile"] = _folder.Write("secret", Provider.Secret + "\n");
        settings["Roles"] = new System.Text.Json.Nodes.JsonObject { ["viewer"] = new System.Text.Json.Nodes.JsonArray("everyone"), ["operator"] = new System.Text.Json.Nodes.JsonArray("sre") };
    }

    [Fact]
    public async Task Groups_of_the_provider_are_roles_here_and_are_asked_for_anew_at_each_sign_in()
    {
        await StartAsync();
        _provider.Person = ("s-1", "ada", ["everyone", "sre"]);
        var session = Console.Nobody();

        Assert.Equal("/deploys?range=6h", await SignInAsync(session, "/deploys?range=6h"));

        Assert.Equal(HttpStatusCode.OK, (await session.Http.GetAsync("/audit", Cancel)).StatusCode);
        Assert.True(await MayProfileAsync(session), "an operator by the group sre");
        var asked = Assert.Single(_provider.Asked);
        Assert.Equal(("code", "S256"), (asked["response_type"].ToString(), asked["code_challenge_method"].ToString()));
        Assert.NotEmpty(asked["code_challenge"].ToString());

        // Out of the group: a viewer at the next sign-in, in the old session too, if that can be written down.
        _provider.Person = ("s-1", "ada", ["everyone"]);
        await using (await Console.FillTrailAsync())
            await Assert.ThrowsAnyAsync<Exception>(() => SignInAsync(Console.Nobody(), "/"));
        Assert.True(await MayProfileAsync(session));
        var next = Console.Nobody();
        Assert.Equal("/", await SignInAsync(next, "//evil.example"));
        Assert.False(await MayProfileAsync(next));
        Assert.False(await MayProfileAsync(session));
        var changes = (await Session.Ask(o => next.Audit.ListAuditAsync(new() { Action = "change-roles" }, o))).Entries;
        Assert.Equal(
            [
                ("ada", "OpenID Connect", "operator taken: no groups claim gives it any more"),
                ("ada", "OpenID Connect", "operator given by the groups claim \"sre\", viewer given by the groups claim \"everyone\""),
            ],
            changes.Select(row => (row.User, row.Reason, row.Detail)));
    }

    [Fact]
    public async Task Who_is_in_no_group_that_has_a_role_is_told_so_and_stays_outside()
    {
        await StartAsync();
        _provider.Person = ("s-2", "eve", ["marketing"]);
        var session = Console.Nobody();

        Assert.Equal("/account/sign-in?problem=NoRole", await SignInAsync(session, "/"));

        Assert.Contains("none of your groups has a role here", await session.Http.GetStringAsync("/account/sign-in?problem=NoRole", Cancel), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await session.Http.GetAsync("/audit", Cancel)).StatusCode);
    }

    [Fact]
    public async Task A_name_at_the_provider_never_becomes_the_local_account_of_that_name()
    {
        await StartAsync();
        _provider.Person = ("s-3", "admin", ["everyone"]);
        var session = Console.Nobody();

        Assert.Equal("/account/sign-in?problem=NameTaken", await SignInAsync(session, "/"));

        Assert.Equal(HttpStatusCode.Unauthorized, (await session.Http.GetAsync("/audit", Cancel)).StatusCode);
    }

    [Fact]
    public async Task The_same_subject_at_another_provider_is_somebody_else()
    {
        await StartAsync();
        _provider.Person = ("s-7", "hana", ["everyone", "sre"]);
        Assert.Equal("/", await SignInAsync(Console.Nobody(), "/"));

        await using var other = new Provider { Person = ("s-7", "mallory", ["everyone"]) };
        await other.StartAsync();
        Console.Section("OpenIdConnect")["Authority"] = other.Url;
        await Console.Run.StopAsync();
        await Console.StartAsync();
        await other.RegisterAsync(Console.Browser);
        var session = Console.Nobody();
        Assert.Equal("/", await SignInAsync(session, "/"));

        Assert.False(await MayProfileAsync(session));
        Assert.Equal("mallory", (await Session.Ask(o => session.Audit.ListAuditAsync(new(), o))).Entries[0].User);
    }

    [Fact]
    public async Task A_disabled_account_is_out_at_once_and_not_let_in_again()
    {
        await StartAsync();
        _provider.Person = ("s-4", "dora", ["everyone"]);
        var session = Console.Nobody();
        await SignInAsync(session, "/");
        Assert.Equal(HttpStatusCode.OK, (await session.Http.GetAsync("/audit", Cancel)).StatusCode);

        Assert.Equal(0, (await Console.CommandAsync(["users", "disable", "dora"])).ExitCode);

        Assert.Equal(HttpStatusCode.Unauthorized, (await session.Http.GetAsync("/audit", Cancel)).StatusCode);
        Assert.Equal("/account/sign-in?problem=Disabled", await SignInAsync(Console.Nobody(), "/"));
    }

    [Fact]
    public async Task A_session_ends_when_the_provider_has_to_be_asked_again_however_busy_it_is()
    {
        Console.Section("OpenIdConnect")["SessionMinutes"] = 0.05;
        await StartAsync();
        _provider.Person = ("s-6", "gus", ["everyone"]);
        var session = Console.Nobody();
        await SignInAsync(session, "/");

        await Wait.UntilAsync("the session has ended", async () => (await session.Http.GetAsync("/audit", Cancel)).StatusCode == HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_code_that_somebody_else_asked_for_signs_nobody_in()
    {
        await StartAsync();
        _provider.Person = ("s-5", "finn", ["everyone"]);
        var asked = await FollowAsync(Console.Nobody(), "/account/provider");
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var answered = await http.GetAsync(asked, Cancel);
        var victim = Console.Nobody();

        Assert.Equal("/account/sign-in?problem=Refused", await FollowAsync(victim, answered.Headers.Location?.PathAndQuery ?? ""));

        Assert.Equal(HttpStatusCode.Unauthorized, (await victim.Http.GetAsync("/audit", Cancel)).StatusCode);
    }

    [Fact]
    public async Task A_provider_that_is_down_leaves_the_consoles_own_accounts()
    {
        await StartAsync();
        await _provider.DisposeAsync();
        var session = Console.Nobody();

        Assert.Equal("/account/sign-in?problem=Unreachable", await FollowAsync(session, "/account/provider"));

        var page = await session.Http.GetStringAsync("/account/sign-in?problem=Unreachable", Cancel);
        Assert.Contains("Example SSO cannot be reached", page, StringComparison.Ordinal);
        await session.SignInAsync("viewer", Programs.Password);
    }

    [Fact]
    public async Task Settings_that_would_let_nobody_in_end_the_start()
    {
        await using var console = new ConsoleProcess(programs, "http://127.0.0.1:1");
        var settings = console.Section("OpenIdConnect");
        settings["Authority"] = "http://sso.example/";
        settings["ClientSecretFile"] = _folder.At("none");
        settings["Roles"] = new System.Text.Json.Nodes.JsonObject { ["captain"] = new System.Text.Json.Nodes.JsonArray("sre") };

        var run = console.StartUnchecked();

        Assert.Equal(2, await run.ExitAsync());
        foreach (var key in new[] { "Authority", "ClientSecretFile", "Roles:captain" })
            Assert.Contains(run.Lines, line => line.StartsWith($"OpenIdConnect:{key}: ", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        if (_console is not null)
            await _console.DisposeAsync();
        if (_prometheus is not null)
            await _prometheus.DisposeAsync();
        await _provider.DisposeAsync();
        _folder.Dispose();
    }

    private async Task StartAsync()
    {
        await Console.StartAsync();
        await _provider.RegisterAsync(Console.Browser);
    }

    // From the link on the sign-in page to where the browser ends up.
    private static async Task<string> SignInAsync(Session session, string returnUrl)
    {
        var page = WebUtility.HtmlDecode(await session.Http.GetStringAsync($"/account/sign-in?returnUrl={Uri.EscapeDataString(returnUrl)}", Cancel));
        var start = page.IndexOf("/account/provider?", StringComparison.Ordinal);
        Assert.True(start > 0, "The sign-in page has a link to the provider.");
        var atProvider = await FollowAsync(session, page[start..page.IndexOf('"', start)]);
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var answer = await http.GetAsync(atProvider, Cancel);
        Assert.True(answer.StatusCode == HttpStatusCode.Redirect, await answer.Content.ReadAsStringAsync(Cancel));
        var end = await FollowAsync(session, answer.Headers.Location?.PathAndQuery ?? "");
        return await FollowAsync(session, end);
    }

    private static async Task<string> FollowAsync(Session session, string path)
    {
        using var answer = await session.Http.GetAsync(path, Cancel);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return answer.Headers.Location?.OriginalString ?? "";
    }

    // What a viewer may not, and an operator may, though there is none of that number.
    private static async Task<bool> MayProfileAsync(Session session)
    {
        using var answer = await session.Http.GetAsync("/captures/987654/file", Cancel);
        return answer.StatusCode == HttpStatusCode.NotFound;
    }
}
