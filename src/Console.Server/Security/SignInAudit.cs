using FleetConsole.Contracts.V1;
using FleetConsole.Server.Storage;
using Microsoft.AspNetCore.Identity;

namespace FleetConsole.Server.Security;

/// <summary>Sign-ins in the audit trail: who came in, and who was guessed at.</summary>
internal sealed class SignInAudit(AuditTrail audit, UserManager<IdentityUser> users, IHttpContextAccessor contexts, TimeProvider time)
{
    /// <param name="user">As typed. A name that no account has is not written down: it may be a password.</param>
    /// <param name="how">"password", "token", "OpenID Connect".</param>
    /// <param name="outcome">"succeeded" or "failed".</param>
    public async Task WriteAsync(string user, string how, string outcome, string detail)
    {
        var known = await users.FindByNameAsync(user) is { UserName: { } name } ? name : "(no such account)";
        await audit.CommitAsync(_ => Task.FromResult<IReadOnlyList<AuditRow>>([new AuditRow
        {
            At = time.GetUtcNow(),
            Phase = AuditPhase.Event,
            CommandId = "",
            User = known,
            Action = "sign-in",
            Host = "",
            Reason = how,
            RemoteAddress = contexts.HttpContext?.Connection.RemoteIpAddress?.ToString() ?? "",
            Outcome = outcome,
            Detail = detail,
        }]), CancellationToken.None);
    }
}
