using System.Globalization;

namespace FleetConsole.Server.Tests.Harness;

/// <summary>The reference Git RPC server, which answers, forks git and exports metrics as Gitaly does.</summary>
internal sealed class GitRpcProcess(Programs programs) : IAsyncDisposable
{
    public const string Secret = "the shared secret";
    public const string Storage = "default";
    private readonly TempFolder _folder = new();
    private ChildProcess? _process;

    public string SecretFile => _folder.At("secret");

    public string Grpc { get; } = Address();

    /// <summary>Also the host's name in Prometheus.</summary>
    public string Metrics { get; } = Address();

    /// <param name="growBytesPerSecond">Not 0: the server forks plainly, with page tables that grow without bound: it will lock up.</param>
    public async Task StartAsync(string version, long growBytesPerSecond = 0)
    {
        _process = new(Path.Join(Programs.GitRpc, "git-rpc-server"), Stamp(version, growBytesPerSecond));
        await WaitUntilServingAsync(() => Assert.False(_process.Ended, string.Join('\n', _process.Lines)));
    }

    /// <summary>Writes what the next start reads, as a deploy does.</summary>
    /// <returns>The server's arguments.</returns>
    public IReadOnlyList<string> Stamp(string version, long growBytesPerSecond = 0)
    {
        _folder.Write("secret", Secret);
        var mode = growBytesPerSecond > 0 ? "fork" : "spawn";
        var settings = _folder.Write("settings.json", $$"""{"version":"{{version}}","spawn_mode":"{{mode}}","grow_until_utilisation":"unlimited"}""");
        return
        [
            "--grpc-listen", Grpc, "--metrics-listen", Metrics, "--storage", $"{Storage}={programs.Repositories}",
            "--auth-secret-file", SecretFile, "--settings", settings,
            "--grow-bytes-per-second", growBytesPerSecond.ToString(CultureInfo.InvariantCulture), "--grow-limit-bytes", "6000000000",
        ];
    }

    /// <param name="check">Fails when there is nothing left to wait for.</param>
    public async Task WaitUntilServingAsync(Action check)
    {
        using var http = new HttpClient();
        await Wait.UntilAsync("the Git RPC server exports its metrics", async () =>
        {
            check();
            try
            {
                return (await http.GetStringAsync($"http://{Metrics}/metrics", TestContext.Current.CancellationToken)).Length > 0;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    public Task KillAsync() => _process?.KillAsync() ?? Task.CompletedTask;

    /// <summary>A load of some calls a second that runs until it is disposed.</summary>
    public ChildProcess Load() => new(Path.Join(Programs.GitRpc, "git-rpc-load"),
    [
        "--target", $"a={Grpc}", "--auth-secret-file", SecretFile, "--storage", Storage, "--repository", Programs.Repository, "--rate", "20",
    ]);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _folder.Dispose();
    }

    private static string Address() => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Ports.Free()}");
}
