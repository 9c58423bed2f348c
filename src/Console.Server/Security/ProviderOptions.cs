using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Security;

/// <summary>A provider of accounts beside the console's own, by OpenID Connect. Without an authority there is none.</summary>
internal sealed class ProviderOptions : IValidatableObject
{
    public const string Section = "OpenIdConnect";

    /// <summary>The issuer's address; <c>/.well-known/openid-configuration</c> is read below it.</summary>
    public Uri? Authority { get; init; }

    /// <summary>What the sign-in page calls it.</summary>
    public string Name { get; init; } = "single sign-on";

    public string ClientId { get; init; } = "fleetconsole";

    /// <summary>A file with the client's secret; absent for a public client. PKCE is used either way.</summary>
    public string? ClientSecretFile { get; init; }

    /// <summary>Asked for besides <c>openid</c> and <c>profile</c>; some providers tell groups only for a scope of that name.</summary>
    public List<string> Scopes { get; init; } = [];

    public string UserClaim { get; init; } = "preferred_username";

    public string GroupsClaim { get; init; } = "groups";

    /// <summary>The groups whose members have a role, by the name of the role.</summary>
    public Dictionary<string, List<string>> Roles { get; init; } = new(StringComparer.Ordinal);

    /// <summary>When the provider is asked again who somebody is and in which groups.</summary>
    [Range(0.05, 1440)]
    public double SessionMinutes { get; init; } = 480;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Authority is null)
            yield break;
        if (!Authority.IsAbsoluteUri || (Authority.Scheme != Uri.UriSchemeHttps && !(Authority.Scheme == Uri.UriSchemeHttp && Authority.IsLoopback)))
            yield return new($"{Section}:Authority: \"{Authority}\" must be an https address (http on loopback only).");
        if (ClientSecretFile is not null && !File.Exists(ClientSecretFile))
            yield return new($"{Section}:ClientSecretFile: there is no file \"{ClientSecretFile}\".");
        if (Roles.Count == 0)
            yield return new($"{Section}:Roles: without groups that have a role nobody could sign in. Add e.g. {{ \"operator\": [\"sre\"] }}.");
    }

    /// <summary>Roles have to exist, which only the options of access know.</summary>
    internal sealed class KnownRoles(Access access) : IValidateOptions<ProviderOptions>
    {
        public ValidateOptionsResult Validate(string? name, ProviderOptions options)
        {
            var unknown = options.Roles.Keys.Where(role => !access.Knows(role))
                .Select(role => $"{Section}:Roles:{role}: there is no role \"{role}\". There are {string.Join(", ", access.KnownRoles)}.").ToList();
            return unknown.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(unknown);
        }
    }
}
