using System.Net;
using System.Text.RegularExpressions;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Security;

public sealed partial class SignInTests(QuietConsole fixture) : IClassFixture<QuietConsole>
{
    private readonly ConsoleProcess _console = fixture.Console;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("viewer", "wrong password 123")]
    [InlineData("no-such-user", Programs.Password)]
    public async Task A_wrong_password_and_an_unknown_user_get_the_same_answer(string user, string password)
    {
        var session = _console.Nobody();
        using var answer = await session.PostSignInAsync(user, password);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("User or password is wrong.", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await session.Http.GetAsync("/", Cancel)).StatusCode);
    }

    [Theory]
    [InlineData("/latency?range=6h", "/latency?range=6h")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https://evil.example/", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData("evil.example", "/")]
    [InlineData("/\t/evil.example", "/%09/evil.example")]
    [InlineData("", "/")]
    public async Task Signing_in_leads_to_a_path_of_this_site_alone(string returnUrl, string expected)
    {
        using var answer = await _console.Nobody().PostSignInAsync("viewer", Programs.Password, returnUrl);

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        var location = new Uri(_console.Browser, answer.Headers.Location?.OriginalString);
        Assert.Equal((_console.Browser.Authority, expected), (location.Authority, location.PathAndQuery));
    }

    [Fact]
    public async Task The_cookie_is_out_of_reach_of_scripts_and_other_sites()
    {
        using var answer = await _console.Nobody().PostSignInAsync("viewer", Programs.Password);

        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"), c => c.StartsWith("fleetconsole=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_sign_in_form_from_elsewhere_is_refused()
    {
        using var form = new FormUrlEncodedContent([new("_handler", "sign-in"), new("Input.User", "viewer"), new("Input.Password", Programs.Password)]);

        using var answer = await _console.Nobody().Http.PostAsync("/account/sign-in", form, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Signing_out_needs_the_pages_own_token()
    {
        var session = await _console.SignInAsync("viewer");
        using var none = new FormUrlEncodedContent([]);
        using var refused = await session.Http.PostAsync("/account/sign-out", none, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await session.Http.GetAsync("/audit", Cancel)).StatusCode);

        var token = AntiforgeryField().Match(await session.Http.GetStringAsync("/audit", Cancel));
        Assert.True(token.Success, "The page has a sign-out form with its token.");
        using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", token.Groups[1].Value)]);
        using var left = await session.Http.PostAsync("/account/sign-out", form, Cancel);
        Assert.Equal(("/account/sign-in", HttpStatusCode.Redirect), (left.Headers.Location?.OriginalString, left.StatusCode));
        Assert.Equal(HttpStatusCode.Unauthorized, (await session.Http.GetAsync("/audit", Cancel)).StatusCode);
    }

    [Theory]
    [InlineData("Bearer nonsense")]
    [InlineData("Basic dmlld2VyOmNvcnJlY3QgaG9yc2U=")]
    public async Task A_token_that_is_none_is_refused_even_beside_a_good_cookie(string authorization)
    {
        var session = await _console.SignInAsync("viewer");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.TryAddWithoutValidation("Authorization", authorization);

        using var answer = await session.Http.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"user":"viewer"}""")]
    [InlineData("not json")]
    public async Task A_malformed_request_for_a_token_is_the_callers_mistake(string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        using var answer = await _console.Nobody().Http.PostAsync("/account/token", content, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex AntiforgeryField();
}
