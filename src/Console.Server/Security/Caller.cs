using System.Security.Claims;

namespace FleetConsole.Server.Security;

/// <summary>Who gives a command, as the server itself established it.</summary>
internal sealed record Caller(ClaimsPrincipal Principal, string User, string RemoteAddress)
{
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
