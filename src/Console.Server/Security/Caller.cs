using System.Globalization;
using System.Security.Claims;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Storage;

namespace FleetConsole.Server.Security;

/// <summary>Who gives a command, as the server itself established it.</summary>
internal sealed record Caller(ClaimsPrincipal Principal, string User, string RemoteAddress)
{
    /// <summary>The token by which they ask; null for a session of a person.</summary>
    public long? TokenId => Principal.FindFirst(ApiTokens.IdClaim) is { } claim ? long.Parse(claim.Value, CultureInfo.InvariantCulture) : null;

    /// <summary>A row of the audit trail about what they did and that is no command.</summary>
    public AuditRow Did(string action, string reason, string detail, DateTimeOffset at) => new()
    {
        At = at,
        Phase = AuditPhase.Event,
        CommandId = "",
        User = User,
        Action = action,
        Host = "",
        Reason = reason,
        RemoteAddress = RemoteAddress,
        Outcome = "succeeded",
        Detail = detail,
    };

    /// <summary>Null when the session names nobody.</summary>
    public static Caller? Of(HttpContext http) => http.User.Identity?.Name is { Length: > 0 } user
        ? new(http.User, user, FromWhere(http))
        : null;

    private static string FromWhere(HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress?.ToString() ?? "";
        return http.User.FindFirst(ApiTokens.NameClaim) is { } token ? $"{address}, token {token.Value}" : address;
    }
}
