using FleetConsole.Contracts.V1;
using FleetConsole.Server.Storage;
using Microsoft.AspNetCore.Identity;

namespace FleetConsole.Server.Security;

/// <summary>Accounts in the audit trail: who came in, who was guessed at, and who changed what about whom.</summary>
internal sealed class AccountAudit(AuditTrail audit, UserManager<IdentityUser> users, IHttpContextAccessor contexts, TimeProvider time)
{
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";

    /// <summary>Who acts where there is no session: the user of the operating system who typed the command.</summary>
    public static string AtShell => $"{Environment.UserName} at the shell";

    /// <param name="user">As typed. A name that no account has is not written down: it may be a password.</param>
    /// <param name="how">"password", "token", "OpenID Connect".</param>
    /// <param name="outcome">"succeeded" or "failed".</param>
    public async Task WriteAsync(string user, string how, string outcome, string detail)
    {
        var known = await users.FindByNameAsync(user) is { UserName: { } name } ? name : "(no such account)";
        await AppendAsync(known, "sign-in", how, outcome, detail);
    }

    /// <param name="by">Who did it.</param>
    /// <param name="action">"add-user", "remove-user", "disable", "enable", "forget-factor", "second-factor-on", "add-token", "revoke-token", …</param>
    /// <param name="about">Which account or token, and what of it.</param>
    /// <param name="outcome">"succeeded" or "failed".</param>
    public Task ChangeAsync(string by, string action, string about, string outcome, string detail = "") => AppendAsync(by, action, about, outcome, detail);

    private Task AppendAsync(string user, string action, string reason, string outcome, string detail) =>
        audit.CommitAsync(_ => Task.FromResult<IReadOnlyList<AuditRow>>([new AuditRow
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
        }]), CancellationToken.None);
}
