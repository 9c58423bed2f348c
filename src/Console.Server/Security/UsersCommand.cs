using FleetConsole.Server.Storage;
using Microsoft.AspNetCore.Identity;

namespace FleetConsole.Server.Security;

/// <summary>
/// <c>Console.Server users add NAME --role ROLE</c> and <c>users remove NAME</c>: how accounts come to be and go. The
/// password is read from standard input, so that it stands in no process list and no shell history.
/// </summary>
internal static class UsersCommand
{
    private const string Usage = """
        Usage: Console.Server users add NAME --role viewer|operator|admin|ROLE   (the password is read from standard input)
               Console.Server users remove NAME
               Console.Server users disable NAME                        (its sessions and tokens end at once)
               Console.Server users enable NAME
               Console.Server users forget-factor NAME                  (of somebody who lost phone and recovery codes)
        """;

    public static bool Is(string[] args) => args is ["users", ..];

    /// <returns>0 when it is done, 1 when it could not be, 2 for a wrong command line.</returns>
    public static async Task<int> RunAsync(string[] args, IServiceProvider services, TextReader input, TextWriter error)
    {
        await using var scope = services.CreateAsyncScope();
        var access = services.GetRequiredService<Access>();
        switch (args)
        {
            case ["users", "add", _, "--role", var unknown, ..] when !access.Knows(unknown):
                await error.WriteLineAsync($"There is no role \"{unknown}\". There are {string.Join(", ", access.KnownRoles)}.");
                return 2;
            case ["users", "add", var name, "--role", var role, ..]:
                var password = await input.ReadLineAsync();
                if (string.IsNullOrEmpty(password))
                {
                    await error.WriteLineAsync("No password on standard input.");
                    return 2;
                }

                return await DoAsync(scope.ServiceProvider, "add-user", $"{name}, {role}", () => AddAsync(scope.ServiceProvider, name, role, password), error);
            case ["users", "remove", var name, ..]:
                return await DoAsync(scope.ServiceProvider, "remove-user", name, () => RemoveAsync(scope.ServiceProvider, name), error);
            case ["users", "disable" or "enable", var name, ..]:
                return await DoAsync(scope.ServiceProvider, $"{args[1]}-user", name, () => DisableAsync(scope.ServiceProvider, name, args[1] == "disable"), error);
            case ["users", "forget-factor", var name, ..]:
                return await DoAsync(scope.ServiceProvider, "forget-factor", name, () => ForgetFactorAsync(scope.ServiceProvider, name), error);
            default:
                await error.WriteLineAsync(Usage);
                return 2;
        }
    }

    private static async Task<IdentityResult> AddAsync(IServiceProvider services, string name, string role, string password)
    {
        var roles = services.GetRequiredService<RoleManager<IdentityRole>>();
        if (!await roles.RoleExistsAsync(role))
            await roles.CreateAsync(new IdentityRole(role));
        var users = services.GetRequiredService<UserManager<IdentityUser>>();
        var user = new IdentityUser(name);
        var result = await users.CreateAsync(user, password);
        return result.Succeeded ? await users.AddToRoleAsync(user, role) : result;
    }

    private static async Task<IdentityResult> RemoveAsync(IServiceProvider services, string name)
    {
        var users = services.GetRequiredService<UserManager<IdentityUser>>();
        return await users.FindByNameAsync(name) is { } user
            ? await users.DeleteAsync(user)
            : IdentityResult.Failed(new IdentityError { Description = $"There is no user \"{name}\"." });
    }

    private static async Task<IdentityResult> DisableAsync(IServiceProvider services, string name, bool disable)
    {
        var users = services.GetRequiredService<UserManager<IdentityUser>>();
        if (await users.FindByNameAsync(name) is not { } user)
            return IdentityResult.Failed(new IdentityError { Description = $"There is no user \"{name}\"." });
        return await Disabling.SetAsync(users, user, disable);
    }

    private static async Task<IdentityResult> ForgetFactorAsync(IServiceProvider services, string name)
    {
        var users = services.GetRequiredService<UserManager<IdentityUser>>();
        if (await users.FindByNameAsync(name) is not { } user)
            return IdentityResult.Failed(new IdentityError { Description = $"There is no user \"{name}\"." });
        await users.ResetAuthenticatorKeyAsync(user);
        return await users.SetTwoFactorEnabledAsync(user, false);
    }

    private static async Task<int> DoAsync(IServiceProvider services, string action, string about, Func<Task<IdentityResult>> act, TextWriter error)
    {
        await services.MigrateAsync(CancellationToken.None);
        var result = await services.GetRequiredService<AccountAudit>().DoAsync(AccountAudit.AtShell, action, about, _ => act());
        foreach (var problem in result.Errors)
            await error.WriteLineAsync(problem.Description);
        return result.Succeeded ? 0 : 1;
    }
}
