using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace FleetConsole.Server.Tests.Harness;

/// <summary>The real console in a process of its own, with its own data folder and free ports.</summary>
internal sealed partial class ConsoleProcess : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<ChildProcess> _runs = [];
    private readonly List<Session> _sessions = [];

    public ConsoleProcess(Programs programs, string prometheusUrl)
    {
        Directory.CreateDirectory(Data);
        File.Copy(programs.Accounts, Path.Join(Data, "console.db"));
        Settings = new JsonObject
        {
            ["Storage"] = new JsonObject { ["Folder"] = Data },
            ["Prometheus"] = new JsonObject { ["Url"] = prometheusUrl, ["PollSeconds"] = 1, ["RateWindowSeconds"] = 5 },
            ["GitRpc"] = new JsonObject { ["HealthSeconds"] = 1, ["ProbeSeconds"] = 5 },
            ["Agents"] = new JsonObject { ["PollSeconds"] = 1 },
        };
        foreach (var listener in Enum.GetNames<Server.Hosting.Listener>())
            Section("Endpoints")[listener] = new JsonObject { ["Url"] = "http://127.0.0.1:0" };
    }

    /// <summary>The console that FLEETCONSOLE_SERVER names, or the built one.</summary>
    public static string Program { get; } =
        Environment.GetEnvironmentVariable("FLEETCONSOLE_SERVER") ?? Path.Join(AppContext.BaseDirectory, "Console.Server.dll");

    /// <summary>The configuration file's content; change it before the start.</summary>
    public JsonObject Settings { get; }

    /// <summary>Whose certificates its callers accept; null where it speaks plain HTTP.</summary>
    public TestAuthority? Authority { get; init; }

    public string Data => _folder.At("data");

    public Uri Browser { get; private set; } = new("http://unbound");

    public Uri Grpc { get; private set; } = new("http://unbound");

    public Uri Metrics { get; private set; } = new("http://unbound");

    public ChildProcess Run => _runs[^1];

    /// <summary>Words of error lines that the test provokes; any other error line fails the test.</summary>
    public List<string> ExpectedErrors { get; } = [];

    public JsonObject Section(string name) =>
        (Settings[name] ??= new JsonObject()).AsObject();

    /// <summary>The console's certificate, and the authority of the agents' ones.</summary>
    public void Trust(TestAuthority authority)
    {
        var agents = Section("Agents");
        agents["CertificateFile"] = authority.ConsoleCertificateFile;
        agents["KeyFile"] = authority.ConsoleKeyFile;
        agents["AuthorityFile"] = authority.RootFile;
    }

    /// <summary>Starts it and waits until it listens; a second call is a restart with the same data.</summary>
    public async Task StartAsync()
    {
        StartUnchecked();
        await Run.LineAsync("Application started");
        var urls = Run.Lines.Select(line => Listening().Match(line)).Where(m => m.Success).Select(m => new Uri(m.Groups[1].Value)).ToList();
        Assert.Equal(3, urls.Count);
        (Browser, Grpc, Metrics) = (urls[0], urls[1], urls[2]);
    }

    public ChildProcess StartUnchecked()
    {
        _runs.Add(new("dotnet", [Program, "--config", WriteConfig()], workingDirectory: AppContext.BaseDirectory));
        return Run;
    }

    public string WriteConfig() => _folder.Write("console.json", Settings.ToJsonString());

    /// <summary>Runs one of the program's commands on the same data: "audit verify".</summary>
    public async Task<(int ExitCode, string Output)> CommandAsync(string[] command, string input = "")
    {
        await using var run = new ChildProcess("dotnet", [Program, .. command, "--config", WriteConfig()], input, AppContext.BaseDirectory);
        var code = await run.ExitAsync();
        return (code, string.Join('\n', run.Lines));
    }

    /// <summary>Writes into its database, as nobody but a test does.</summary>
    /// <returns>How many rows it touched.</returns>
    public async Task<int> ExecuteSqlAsync(string sql)
    {
        await using var db = new SqliteConnection($"Data Source={Path.Combine(Data, "console.db")};Pooling=False");
        await db.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = db.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>From now on no row gets into its audit trail, until what is returned is disposed.</summary>
    public async Task<IAsyncDisposable> FillTrailAsync()
    {
        ExpectedErrors.Add("the trail is full");
        await ExecuteSqlAsync("CREATE TRIGGER Full BEFORE INSERT ON Audit BEGIN SELECT RAISE(ABORT, 'the trail is full'); END");
        return new FullTrail(this);
    }

    private sealed class FullTrail(ConsoleProcess console) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await console.ExecuteSqlAsync("DROP TRIGGER Full");
    }

    /// <summary>The account of this role, signed in.</summary>
    public async Task<Session> SignInAsync(string role)
    {
        var session = Nobody();
        await session.SignInAsync(role, Programs.Password);
        return session;
    }

    /// <summary>A caller that has not signed in.</summary>
    public Session Nobody()
    {
        var session = new Session(this);
        _sessions.Add(session);
        return session;
    }

    public async ValueTask DisposeAsync()
    {
        _sessions.ForEach(s => s.Dispose());
        foreach (var run in _runs)
            await run.DisposeAsync();
        _folder.Dispose();
        var errors = _runs.SelectMany(Errors).ToList();
        Assert.True(errors.Count == 0, string.Join('\n', errors));
    }

    private IEnumerable<string> Errors(ChildProcess run)
    {
        // The console's logger writes the level and the category first, the message on the lines below.
        var lines = run.Lines;
        return lines.Select((line, i) => (line, text: string.Join('\n', lines.Skip(i).Take(4))))
            .Where(e => ErrorLine().IsMatch(e.line) && !ExpectedErrors.Exists(x => e.text.Contains(x, StringComparison.Ordinal)))
            .Select(e => e.text);
    }

    [GeneratedRegex(@"Now listening on: (\S+)")]
    private static partial Regex Listening();

    [GeneratedRegex("^(fail|crit): |^Unhandled exception")]
    private static partial Regex ErrorLine();
}
