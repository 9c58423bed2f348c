using System.Net;
using System.Net.Http.Json;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Security;

/// <summary>Guessing passwords ends after five.</summary>
public sealed class LockOutTests(Programs programs) : IAsyncLifetime
{
    private readonly ConsoleProcess _console = new(programs, "http://127.0.0.1:9");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _console.StartAsync();

    public async ValueTask DisposeAsync() => await _console.DisposeAsync();

    [Fact]
    public async Task Five_failures_lock_the_account_even_for_the_right_password()
    {
        for (var i = 0; i < 5; i++)
        {
            using var failed = await _console.Nobody().PostSignInAsync("viewer", "wrong password 123");
        }

        using var answer = await _console.Nobody().PostSignInAsync("viewer", Programs.Password);
        Assert.Contains("locked for five minutes", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        using var token = await _console.Nobody().Http.PostAsJsonAsync("/account/token", new { User = "viewer", Programs.Password }, Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, token.StatusCode);

        // Others are not locked out by it.
        await _console.SignInAsync("operator");
    }

    [Fact]
    public async Task Four_failures_do_not_lock_the_account()
    {
        for (var i = 0; i < 4; i++)
        {
            using var failed = await _console.Nobody().Http.PostAsJsonAsync("/account/token", new { User = "viewer", Password = "wrong password" }, Cancel);
            Assert.Equal(HttpStatusCode.Unauthorized, failed.StatusCode);
        }

        await _console.SignInAsync("viewer");
    }
}
