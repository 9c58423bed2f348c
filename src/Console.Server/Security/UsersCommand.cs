using FleetConsole.Contracts;
using FleetConsole.Server.Storage;
using Microsoft.AspNetCore.Identity;

namespace FleetConsole.Server.Security;

/// <summary>
/// <c>Console.Server users add NAME --role ROLE</c>: how the first accounts come to be. The password is read from
/// standard input, so that it stands in no process list and no shell history.
/// </summary>
internal static class UsersCommand
{
    private const string Usage = "Usage: Console.Server users add NAME --role viewer|operator|admin  (the password is read from standard input)";

    public static bool Is(string[] args) => args is ["users", ..];

    /// <returns>0 when the account exists now, 1 when it could not be made, 2 for a wrong command line.</returns>
    public static async Task<int> RunAsync(string[] args, IServiceProvider services, TextReader input, TextWriter error)
    {
        if (args is not ["users", "add", var name, "--role", var role, ..] || !Roles.All.Contains(role))
        {
            await error.WriteLineAsync(Usage);
            return 2;
        }

        var password = await input.ReadLineAsync();
        if (string.IsNullOrEmpty(password))
        {
            await error.WriteLineAsync("No password on standard input.");
            return 2;
        }

        await services.MigrateAsync(CancellationToken.None);
        await using var scope = services.CreateAsyncScope();
        var roles = scope.ServiceProvider.GetRequiredService<RoleManager<IdentityRole>>();
        if (!await roles.RoleExistsAsync(role))
            await roles.CreateAsync(new IdentityRole(role));
        var users = scope.ServiceProvider.GetRequiredService<UserManager<IdentityUser>>();
        var user = new IdentityUser(name);
        var result = await users.CreateAsync(user, password);
        if (result.Succeeded)
            result = await users.AddToRoleAsync(user, role);
        foreach (var problem in result.Errors)
            await error.WriteLineAsync(problem.Description);
        return result.Succeeded ? 0 : 1;
    }
}
