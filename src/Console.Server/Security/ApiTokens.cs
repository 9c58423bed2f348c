using System.Buffers.Text;
using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using FleetConsole.Contracts;
using FleetConsole.Server.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace FleetConsole.Server.Security;

/// <summary>
/// Tokens for scripts: shown once, kept as a hash, ended by their date, by being revoked, or with their account. Each
/// request reads the database, so that an end is an end.
/// </summary>
internal sealed class ApiTokens(IDbContextFactory<ConsoleDb> databases, TimeProvider time)
{
    /// <summary>What every token begins with, so that secret scanners know one.</summary>
    public const string Prefix = "fct_";

    /// <summary>The claim with the token's name.</summary>
    public const string NameClaim = "token";

    /// <summary>The claim with the token's number.</summary>
    public const string IdClaim = "token-id";
    private const int SecretBytes = 32;

    /// <summary>Makes a token, whose hash is kept when <paramref name="db"/> is saved.</summary>
    /// <returns>The token itself, which nobody can be told again.</returns>
    public string Add(ConsoleDb db, string userId, string name, IEnumerable<string> scopes, TimeSpan lifetime)
    {
        var token = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        var now = time.GetUtcNow();
        db.ApiTokens.Add(new ApiTokenRow
        {
            Name = name,
            UserId = userId,
            Hash = HashOf(token),
            Scopes = string.Join(' ', scopes),
            CreatedAt = now,
            ExpiresAt = now + lifetime,
        });
        return token;
    }

    /// <summary>The token's row; null when there is none, or it has ended.</summary>
    public async Task<ApiTokenRow?> FindAsync(string token, CancellationToken cancellationToken)
    {
        var hash = HashOf(token);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var row = await db.ApiTokens.AsNoTracking().SingleOrDefaultAsync(t => t.Hash == hash, cancellationToken);
        return Valid(row);
    }

    /// <summary>The token by its number; null when there is none, or it has ended.</summary>
    public async Task<ApiTokenRow?> FindAsync(long id, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return Valid(await db.ApiTokens.AsNoTracking().SingleOrDefaultAsync(t => t.Id == id, cancellationToken));
    }

    public async Task<IReadOnlyList<ApiTokenRow>> ListAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.ApiTokens.AsNoTracking().OrderBy(t => t.Id).ToListAsync(cancellationToken);
    }

    /// <summary>Ends a token when <paramref name="db"/> is saved; fails when there is none of that number.</summary>
    public async Task<IdentityResult> RevokeAsync(ConsoleDb db, long id)
    {
        if (await db.ApiTokens.SingleOrDefaultAsync(t => t.Id == id) is not { } row)
            return IdentityResult.Failed(new IdentityError { Description = string.Create(CultureInfo.InvariantCulture, $"There is no token {id}.") });
        row.RevokedAt ??= time.GetUtcNow();
        return IdentityResult.Success;
    }

    /// <summary>Leaves of the account's permissions those that the token was given.</summary>
    public static ClaimsPrincipal Narrow(ClaimsPrincipal account, ApiTokenRow token, string scheme)
    {
        var scopes = token.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var kept = account.Claims.Where(claim => scopes.Length == 0 || claim.Type switch
        {
            Permissions.ClaimType => scopes.Contains(claim.Value),
            Permissions.GrantType => scopes.Contains(claim.Value.Split('@')[0]),
            _ => true,
        });
        var identity = account.Identities.First();
        return new(new ClaimsIdentity([.. kept, new(NameClaim, token.Name), new(IdClaim, token.Id.ToString(CultureInfo.InvariantCulture))], scheme, identity.NameClaimType, identity.RoleClaimType));
    }

    private ApiTokenRow? Valid(ApiTokenRow? row) => row is { RevokedAt: null } && row.ExpiresAt > time.GetUtcNow() ? row : null;

    private static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}

/// <summary>When an account is out for good, not for five minutes after too many guesses.</summary>
internal static class Disabling
{
    public static async Task<IdentityResult> SetAsync(UserManager<IdentityUser> users, IdentityUser user, bool disabled)
    {
        await users.SetLockoutEnabledAsync(user, true);
        var result = await users.SetLockoutEndDateAsync(user, disabled ? DateTimeOffset.MaxValue : null);

        // A new stamp makes every cookie of the account worthless at its next request.
        return result.Succeeded ? await users.UpdateSecurityStampAsync(user) : result;
    }

    public static bool IsDisabled(IdentityUser user) => user is { LockoutEnabled: true, LockoutEnd: { } end } && end > new DateTimeOffset(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);
}
