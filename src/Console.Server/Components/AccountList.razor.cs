using FleetConsole.Server.Security;
using FleetConsole.Server.Storage;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Components;

/// <summary>Every account and every token that has not ended, and the buttons that end them: for a stolen phone at night.</summary>
public partial class AccountList(UserManager<IdentityUser> users)
{
    [Inject]
    private IServiceProvider Services { get; set; } = null!;

    [CascadingParameter]
    private HttpContext? HttpContext { get; set; }

    private IReadOnlyList<Account> Shown { get; set; } = [];

    private IReadOnlyList<Token> Tokens { get; set; } = [];

    private string? Problem { get; set; }

    private string Self => HttpContext?.User.Identity?.Name ?? "";

    private ApiTokens ApiTokens => Services.GetRequiredService<ApiTokens>();

    protected override Task OnInitializedAsync() => LoadAsync();

    private async Task LoadAsync()
    {
        var found = new List<Account>();
        foreach (var user in await users.Users.OrderBy(user => user.UserName).ToListAsync())
        {
            found.Add(new(user.Id, user.UserName ?? "", [.. await users.GetRolesAsync(user)], user.TwoFactorEnabled, !await users.HasPasswordAsync(user), Disabling.IsDisabled(user)));
        }

        var now = Services.GetRequiredService<TimeProvider>().GetUtcNow();
        var names = found.ToDictionary(account => account.Id, account => account.Name, StringComparer.Ordinal);
        Shown = found;
        Tokens = [.. (await ApiTokens.ListAsync(CancellationToken.None)).Where(row => row.RevokedAt is null && row.ExpiresAt > now)
            .Select(row => new Token(row, names.GetValueOrDefault(row.UserId, "")))];
    }

    private async Task SwitchAsync(Account account)
    {
        // Whoever shut out themselves could not take it back here.
        if (account.Name == Self)
        {
            Problem = "Your own account can be disabled by another administrator, or at the shell.";
            return;
        }

        var user = await users.FindByIdAsync(account.Id);
        await DoAsync(account.Disabled ? "enable-user" : "disable-user", account.Name, _ => user is null
            ? Task.FromResult(IdentityResult.Failed(new IdentityError { Description = "The account is gone." }))
            : Disabling.SetAsync(users, user, !account.Disabled));
    }

    private Task RevokeAsync(Token token) =>
        DoAsync("revoke-token", $"{token.Row.Name} of {token.Owner}", db => ApiTokens.RevokeAsync(db, token.Row.Id));

    private async Task DoAsync(string action, string about, Func<ConsoleDb, Task<IdentityResult>> act)
    {
        var result = await Services.GetRequiredService<AccountAudit>().DoAsync(Self, action, about, act);
        Problem = result.Succeeded ? null : string.Join(' ', result.Errors.Select(error => error.Description));
        await LoadAsync();
    }

    private sealed record Account(string Id, string Name, IReadOnlyList<string> Roles, bool HasFactor, bool ByProvider, bool Disabled);

    private sealed record Token(ApiTokenRow Row, string Owner);
}
