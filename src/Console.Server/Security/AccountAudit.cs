using FleetConsole.Contracts.V1;
using FleetConsole.Server.Storage;
using Microsoft.AspNetCore.Identity;

namespace FleetConsole.Server.Security;

/// <summary>Accounts in the audit trail: who came in, who was guessed at, and who changed what about whom. A change and its row are one transaction.</summary>
internal sealed class AccountAudit(AuditTrail audit, ConsoleDb db, UserManager<IdentityUser> users, IHttpContextAccessor contexts, TimeProvider time)
{
    public const string SignIn = "sign-in";
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";

    /// <summary>Who acts where there is no session: the user of the operating system who typed the command.</summary>
    public static string AtShell => $"{Environment.UserName} at the shell";

    /// <summary>Writes down what changed no account.</summary>
    /// <param name="user">As typed. A name that no account has is not written down: it may be a password.</param>
    /// <param name="how">"password", "token", "OpenID Connect".</param>
    /// <param name="outcome">"succeeded" or "failed".</param>
    public async Task WriteAsync(string user, string how, string outcome, string detail)
    {
        var known = await KnownAsync(user);
        await audit.CommitAsync(_ => Task.FromResult<IReadOnlyList<AuditRow>>([RowOf(known, SignIn, how, outcome, detail)]), CancellationToken.None);
    }

    /// <summary>Does it and writes it down, or neither. What has failed is undone, and that it was tried is written down.</summary>
    /// <param name="by">Who does it.</param>
    /// <param name="action">"add-user", "remove-user", "disable-user", "forget-factor", "second-factor-on", "add-token", "revoke-token", ...</param>
    /// <param name="about">Which account or token, and what of it.</param>
    /// <param name="act">Does it through this context, or through Identity's managers of the same scope, which have it too.</param>
    public async Task<IdentityResult> DoAsync(string by, string action, string about, Func<ConsoleDb, Task<IdentityResult>> act)
    {
        try
        {
            await audit.CommitAsync(db, async () =>
            {
                var result = await act(db);
                return result.Succeeded ? [RowOf(by, action, about, Succeeded, "")] : throw new NotDoneException(result);
            }, CancellationToken.None);
            return IdentityResult.Success;
        }
        catch (NotDoneException e)
        {
            await RefuseAsync(by, action, about, e.Message);
            return e.Outcome;
        }
    }

    /// <summary>Writes down what somebody tried and may not.</summary>
    public Task RefuseAsync(string by, string action, string about, string why) =>
        audit.CommitAsync(_ => Task.FromResult<IReadOnlyList<AuditRow>>([RowOf(by, action, about, Failed, why)]), CancellationToken.None);

    /// <summary>Takes whom the provider vouches for, with the roles of their groups, and writes both down, or neither.</summary>
    public async Task<ProviderAccount> TakeAsync(Func<Task<ProviderAccount>> take)
    {
        ProviderAccount? taken = null;
        await audit.CommitAsync(db, async () =>
        {
            taken = await take();
            var known = await KnownAsync(taken.Name);
            var row = RowOf(known, SignIn, "OpenID Connect", taken.Problem is null ? Succeeded : Failed, taken.Problem?.ToString() ?? "");
            return taken.RolesChanged.Length == 0 ? [row] : [RowOf(known, "change-roles", "OpenID Connect", Succeeded, taken.RolesChanged), row];
        }, CancellationToken.None);
        return taken ?? throw new InvalidOperationException("The trail was written and nobody was taken.");
    }

    private async Task<string> KnownAsync(string user) => await users.FindByNameAsync(user) is { UserName: { } name } ? name : "(no such account)";

    private AuditRow RowOf(string user, string action, string reason, string outcome, string detail) => new()
    {
        At = time.GetUtcNow(),
        Phase = AuditPhase.Event,
        CommandId = "",
        User = user,
        Action = action,
        Host = "",
        Reason = reason,
        RemoteAddress = contexts.HttpContext?.Connection.RemoteIpAddress?.ToString() ?? "",
        Outcome = outcome,
        Detail = detail,
    };

    // Leaves the transaction, so that nothing of a half-done change stays.
    private sealed class NotDoneException(IdentityResult outcome) : Exception(string.Join(' ', outcome.Errors.Select(error => error.Description)))
    {
        public IdentityResult Outcome => outcome;
    }
}
