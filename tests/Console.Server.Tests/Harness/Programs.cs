using FleetConsole.Server.Tests.Harness;

[assembly: AssemblyFixture(typeof(Programs))]

namespace FleetConsole.Server.Tests.Harness;

/// <summary>
/// What every class needs and what is made once: the reference Git RPC server, a repository for it, and a console
/// database with one account for each role.
/// </summary>
public sealed class Programs : IAsyncLifetime
{
    public const string Password = "correct horse battery";
    public const string Repository = "group/repo.git";
    private readonly TempFolder _folder = new();

    /// <summary>Folder with git-rpc-server and git-rpc-load.</summary>
    internal static string GitRpc { get; } = Path.Join(Root(), "artifacts", "git-rpc-server");

    internal static string InRepository(params ReadOnlySpan<string> path) => Path.Join([Root(), .. path]);

    internal string Repositories => _folder.At("repositories");

    /// <summary>A console database with the accounts viewer, operator and admin.</summary>
    internal string Accounts => _folder.At("console.db");

    public async ValueTask InitializeAsync()
    {
        await Task.WhenAll(
            RunAsync(Path.Join(Root(), "tests", "git-rpc-server", "build.sh"), [GitRpc]),
            MakeRepositoryAsync(),
            MakeAccountsAsync());
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task MakeAccountsAsync()
    {
        var config = _folder.Write("console.json", $$$"""{"Storage": {"Folder": "{{{_folder.Path}}}"}, "Prometheus": {"Url": "http://127.0.0.1:9"}}""");
        foreach (var role in Contracts.Roles.All)
        {
            await RunAsync("dotnet", [ConsoleProcess.Program, "users", "add", role, "--role", role, "--config", config], Password + "\n");
        }
    }

    private async Task MakeRepositoryAsync()
    {
        var path = Path.Join(Repositories, Repository);
        await RunAsync("git", ["init", "--quiet", "--bare", "--initial-branch=main", path]);
        var tree = await RunAsync("git", ["-C", path, "hash-object", "-t", "tree", "-w", "--stdin"], "");
        var commit = await RunAsync("git",
            ["-C", path, "-c", "user.name=test", "-c", "user.email=test@localhost", "commit-tree", "-m", "first", tree]);
        await RunAsync("git", ["-C", path, "update-ref", "refs/heads/main", commit]);
    }

    private static async Task<string> RunAsync(string program, string[] arguments, string? input = null)
    {
        await using var process = new ChildProcess(program, arguments, input);
        var code = await process.ExitAsync();
        var output = string.Join('\n', process.Lines);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)} ended with {code}: {output}");
        return output;
    }

    // By what is on the disk: in a deterministic build the compiler's paths are not the machine's.
    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Join(folder.FullName, "Console.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("No Console.sln above the tests.");
    }
}
