using System.Globalization;
using FleetConsole.Contracts;
using FleetConsole.Server.Storage;
using Microsoft.AspNetCore.Identity;

namespace FleetConsole.Server.Security;

/// <summary><c>Console.Server tokens add|list|revoke</c>: tokens for scripts and CI.</summary>
internal static class TokensCommand
{
    private const int MostDays = 366;
    private const string Usage = """
        Usage: Console.Server tokens add NAME --user USER --days N [--permissions view,restart]   (prints the token, once)
               Console.Server tokens list
               Console.Server tokens revoke ID
        """;

    public static bool Is(string[] args) => args is ["tokens", ..];

    /// <returns>0 when it is done, 1 when it could not be, 2 for a wrong command line.</returns>
    public static async Task<int> RunAsync(string[] args, IServiceProvider services, TextWriter output, TextWriter error)
    {
        await services.MigrateAsync(CancellationToken.None);
        await using var scope = services.CreateAsyncScope();
        var tokens = services.GetRequiredService<ApiTokens>();
        var audit = scope.ServiceProvider.GetRequiredService<AccountAudit>();
        switch (args)
        {
            case ["tokens", "add", var name, "--user", var user, "--days", var days, .. var rest] when Scopes(rest) is { } scopes:
                return await AddAsync(scope.ServiceProvider, tokens, name, user, days, scopes, output, error);
            case ["tokens", "list", ..]:
                foreach (var row in await tokens.ListAsync(CancellationToken.None))
                    await output.WriteLineAsync($"{row.Id}\t{row.Name}\t{(row.Scopes.Length > 0 ? row.Scopes : "all of its account")}\tuntil {row.ExpiresAt:u}{(row.RevokedAt is { } at ? $"\trevoked {at:u}" : "")}");
                return 0;
            case ["tokens", "revoke", var id, ..] when long.TryParse(id, CultureInfo.InvariantCulture, out var number):
                var revoked = await audit.DoAsync(AccountAudit.AtShell, "revoke-token", $"token {number}", db => tokens.RevokeAsync(db, number));
                foreach (var failure in revoked.Errors)
                    await error.WriteLineAsync(failure.Description);
                return revoked.Succeeded ? 0 : 1;
            default:
                await error.WriteLineAsync(Usage);
                return 2;
        }
    }

    // Null: the rest of the command line is not understood.
    private static string[]? Scopes(string[] rest) => rest switch
    {
        // An empty list would be read as "all": a variable that is not set must not make a token that may everything.
        ["--permissions", var list, ..] => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } named ? named : null,
        [] or ["--config", ..] => [],
        _ => null,
    };

    private static async Task<int> AddAsync(
        IServiceProvider services, ApiTokens tokens, string name, string userName, string days, string[] scopes, TextWriter output, TextWriter error)
    {
        var user = await services.GetRequiredService<UserManager<IdentityUser>>().FindByNameAsync(userName);
        var problem = user is null ? $"There is no user \"{userName}\"."
            : !int.TryParse(days, CultureInfo.InvariantCulture, out var length) || length is < 1 or > MostDays ? $"--days takes 1 to {MostDays}."
            : scopes.Except(Permissions.All).FirstOrDefault() is { } unknown ? $"There is no permission \"{unknown}\". There are {string.Join(", ", Permissions.All)}."
            : "";
        if (problem.Length > 0)
        {
            await error.WriteLineAsync(problem);
            return 1;
        }

        var lifetime = TimeSpan.FromDays(int.Parse(days, CultureInfo.InvariantCulture));
        var about = $"{name} of {userName}, {days} days, {(scopes.Length > 0 ? string.Join(' ', scopes) : "all of its account")}";
        var token = "";
        await services.GetRequiredService<AccountAudit>().DoAsync(AccountAudit.AtShell, "add-token", about, db =>
        {
            token = tokens.Add(db, user!.Id, name, scopes, lifetime);
            return Task.FromResult(IdentityResult.Success);
        });
        await output.WriteLineAsync(token);
        return 0;
    }
}
