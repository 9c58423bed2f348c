using System.Security.Cryptography;
using System.Text.Json;

namespace FleetConsole.DemoFleet;

/// <summary>The demo's accounts: one for each role, named like it, with passwords made at random and kept under DATA.</summary>
internal static class Accounts
{
    private const string Alphabet = "abcdefghijkmnpqrstuvwxyz23456789";
    private const int PasswordLength = 16;

    /// <summary>Passwords by account; made the first time, together with the accounts in the console's database.</summary>
    public static IReadOnlyDictionary<string, string> Ensure(DemoPlan plan)
    {
        if (File.Exists(plan.AccountsFile) && File.Exists(plan.In("console", "console.db"))
            && JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(plan.AccountsFile)) is { } kept)
            return kept;
        var made = Contracts.Roles.All.ToDictionary(role => role, _ => RandomNumberGenerator.GetString(Alphabet, PasswordLength));
        foreach (var (role, password) in made)
        {
            Shell.Run(Programs.Console(plan), ["users", "add", role, "--role", role, "--config", plan.In("console.json")], password + "\n");
        }

        Private.Write(plan.AccountsFile, JsonSerializer.Serialize(made));
        return made;
    }
}

/// <summary>The built programs.</summary>
internal static class Programs
{
    public static string Console(DemoPlan plan) => Path.Combine(plan.Artifacts, "server", "Console.Server");

    public static string Agent(DemoPlan plan) => Path.Combine(plan.Artifacts, "agent", "Console.Agent");

    public static string Load(DemoPlan plan) => Path.Combine(plan.Artifacts, "git-rpc-server", "git-rpc-load");
}
