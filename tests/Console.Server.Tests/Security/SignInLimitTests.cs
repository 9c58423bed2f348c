using System.Net;
using System.Net.Http.Json;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Security;

/// <summary>Guessing over many accounts ends too.</summary>
public sealed class SignInLimitTests(Programs programs) : IAsyncLifetime
{
    private readonly ConsoleProcess _console = new(programs, "http://127.0.0.1:9");

    public async ValueTask InitializeAsync()
    {
        _console.Section("SignIn")["AttemptsPerMinute"] = 3;
        await _console.StartAsync();
    }

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Fact]
    public async Task One_address_tries_so_often_and_is_then_told_to_wait()
    {
        for (var i = 0; i < 3; i++)
        {
            using var failed = await _console.Nobody().PostSignInAsync($"guess-{i}", "wrong password 123");
            Assert.Equal(HttpStatusCode.OK, failed.StatusCode);
        }

        using var answer = await _console.Nobody().PostSignInAsync("viewer", Programs.Password);

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.Contains("Try again in a minute", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
    [Theory]
    [InlineData("/account/token")]
    [InlineData("/Account/TOKEN")]
    [InlineData("/account/token/")]
    public async Task An_address_is_limited_however_it_is_spelt(string path)
    {
        var session = _console.Nobody();
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 4; i++)
        {
            using var answer = await session.Http.PostAsJsonAsync(path, new { User = $"guess-{i}", Password = "wrong password 123" }, TestContext.Current.CancellationToken);
            answers.Add(answer.StatusCode);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, answers[^1]);
    }
}
