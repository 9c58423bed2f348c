using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Security;

/// <summary>The second factor of a local account, as an authenticator and a browser use it.</summary>
public sealed partial class SecondFactorTests(QuietConsole fixture) : IClassFixture<QuietConsole>
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private readonly ConsoleProcess _console = fixture.Console;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_second_factor_is_turned_on_asked_for_and_replaced_once_by_a_recovery_code()
    {
        Assert.Equal(0, (await _console.CommandAsync(["users", "add", "tilda", "--role", "viewer"], Programs.Password + "\n")).ExitCode);
        var first = _console.Nobody();
        await first.SignInAsync("tilda", Programs.Password);
        var key = KeyField().Match(await first.Http.GetStringAsync("/account/security", Cancel)).Groups[1].Value;
        Assert.Contains("wrong or too old", await PostAsync(first, "/account/security", "000000"), StringComparison.Ordinal);
        Assert.Contains("The password is wrong", await PostAsync(first, "/account/security", CodeOf(key), "wrong password 123"), StringComparison.Ordinal);
        var codes = CodeField().Matches(await PostAsync(first, "/account/security", CodeOf(key))).Select(m => WebUtility.HtmlDecode(m.Groups[1].Value)).ToList();
        Assert.Equal(10, codes.Count);
        Assert.Equal(HttpStatusCode.OK, (await first.Http.GetAsync("/audit", Cancel)).StatusCode);

        // The password alone signs nobody in any more, in a browser or by a script.
        var second = _console.Nobody();
        using var half = await second.PostSignInAsync("tilda", Programs.Password, "/deploys");
        Assert.StartsWith("/account/second-factor", new Uri(_console.Browser, half.Headers.Location!).PathAndQuery, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await second.Http.GetAsync("/audit", Cancel)).StatusCode);
        using var token = await second.Http.PostAsJsonAsync("/account/token", new { User = "tilda", Programs.Password }, Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, token.StatusCode);
        using var withCode = await second.Http.PostAsJsonAsync("/account/token", new { User = "tilda", Programs.Password, Code = CodeOf(key) }, Cancel);
        Assert.Equal(HttpStatusCode.OK, withCode.StatusCode);

        Assert.Contains("wrong or too old", await PostAsync(second, "/account/second-factor", "000000"), StringComparison.Ordinal);
        await PostAsync(second, "/account/second-factor", CodeOf(key));
        Assert.Equal(HttpStatusCode.OK, (await second.Http.GetAsync("/audit", Cancel)).StatusCode);

        foreach (var (code, expected) in new[] { (codes[0], HttpStatusCode.OK), (codes[0], HttpStatusCode.Unauthorized) })
        {
            var third = _console.Nobody();
            using var again = await third.PostSignInAsync("tilda", Programs.Password);
            await PostAsync(third, "/account/second-factor", code);
            Assert.Equal(expected, (await third.Http.GetAsync("/audit", Cancel)).StatusCode);
        }
    }

    [Fact]
    public async Task A_recovery_code_does_not_open_an_account_that_was_disabled_meanwhile()
    {
        Assert.Equal(0, (await _console.CommandAsync(["users", "add", "dieter", "--role", "viewer"], Programs.Password + "\n")).ExitCode);
        var first = _console.Nobody();
        await first.SignInAsync("dieter", Programs.Password);
        var key = KeyField().Match(await first.Http.GetStringAsync("/account/security", Cancel)).Groups[1].Value;
        var code = WebUtility.HtmlDecode(CodeField().Match(await PostAsync(first, "/account/security", CodeOf(key))).Groups[1].Value);
        var second = _console.Nobody();
        using var half = await second.PostSignInAsync("dieter", Programs.Password);
        Assert.Equal(0, (await _console.CommandAsync(["users", "disable", "dieter"])).ExitCode);

        await PostAsync(second, "/account/second-factor", code);

        Assert.Equal(HttpStatusCode.Unauthorized, (await second.Http.GetAsync("/audit", Cancel)).StatusCode);
    }

    [Fact]
    public async Task Guesses_at_an_open_session_lock_the_account()
    {
        Assert.Equal(0, (await _console.CommandAsync(["users", "add", "gerda", "--role", "viewer"], Programs.Password + "\n")).ExitCode);
        var session = _console.Nobody();
        await session.SignInAsync("gerda", Programs.Password);
        var key = KeyField().Match(await session.Http.GetStringAsync("/account/security", Cancel)).Groups[1].Value;
        await PostAsync(session, "/account/security", CodeOf(key));

        for (var i = 0; i < 5; i++)
            await PostAsync(session, "/account/security", "000000");

        Assert.Contains("locked for five minutes", await PostAsync(session, "/account/security", "000000"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_password_first_a_code_signs_nobody_in()
    {
        var session = _console.Nobody();

        await PostAsync(session, "/account/second-factor", "123456");

        Assert.Equal(HttpStatusCode.Unauthorized, (await session.Http.GetAsync("/audit", Cancel)).StatusCode);
    }

    private static async Task<string> PostAsync(Session session, string path, string code, string password = Programs.Password)
    {
        var page = await session.Http.GetStringAsync(path, Cancel);
        var fields = HiddenField().Matches(page).Select(m => KeyValuePair.Create(m.Groups[1].Value, WebUtility.HtmlDecode(m.Groups[2].Value)));
        using var form = new FormUrlEncodedContent([.. fields, new("Input.Password", password), new("Input.Code", code)]);
        using var answer = await session.Http.PostAsync(path, form, Cancel);
        return await answer.Content.ReadAsStringAsync(Cancel);
    }

    // RFC 6238 with the usual 30 s and six digits.
    private static string CodeOf(string base32)
    {
        var bits = string.Concat(base32.TrimEnd('=').Select(c => Convert.ToString(Alphabet.IndexOf(c, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        var key = Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2)).ToArray();
        var step = BitConverter.GetBytes(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 30);
        Array.Reverse(step);
#pragma warning disable CA5350 // What RFC 6238 prescribes and authenticators compute.
        var hash = HMACSHA1.HashData(key, step);
#pragma warning restore CA5350
        var offset = hash[^1] & 0xF;
        var number = ((hash[offset] & 0x7F) << 24) | (hash[offset + 1] << 16) | (hash[offset + 2] << 8) | hash[offset + 3];
        return (number % 1_000_000).ToString("D6", System.Globalization.CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("data-testid=\"key\"[^>]*>([A-Z2-7]+)<")]
    private static partial Regex KeyField();

    [GeneratedRegex("<li[^>]*><code[^>]*>([^<]+)</code></li>")]
    private static partial Regex CodeField();

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"")]
    private static partial Regex HiddenField();
}
