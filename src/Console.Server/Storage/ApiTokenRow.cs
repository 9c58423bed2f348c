namespace FleetConsole.Server.Storage;

/// <summary>A script's token. Only its hash is kept.</summary>
internal sealed class ApiTokenRow
{
    public long Id { get; init; }

    /// <summary>What it is for: "ci".</summary>
    public required string Name { get; init; }

    /// <summary>The account in whose name it acts; it can do nothing that the account cannot.</summary>
    public required string UserId { get; init; }

    /// <summary>SHA-256 of the token, lower-case hex.</summary>
    public required string Hash { get; init; }

    /// <summary>Its permissions, by spaces; empty: all of the account's.</summary>
    public required string Scopes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; set; }
}
