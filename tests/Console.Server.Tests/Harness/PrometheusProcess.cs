using System.Globalization;

namespace FleetConsole.Server.Tests.Harness;

/// <summary>A real Prometheus with its own folder and port, scraping its targets, or else itself, every second.</summary>
internal sealed class PrometheusProcess : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly HttpClient _http = new();
    private ChildProcess? _process;

    /// <param name="targets">Addresses; <c>NAME=ADDRESS</c> names the host instead of its address.</param>
    public PrometheusProcess(params string[] targets) => _folder.Write("prometheus.yml", $"""
        global:
          scrape_interval: 1s
          scrape_timeout: 1s
        scrape_configs:
          - job_name: gitaly
            static_configs:
        {string.Join('\n', (targets is [] ? [Url["http://".Length..]] : targets).Select(Target))}
        """);

    public string Data => _folder.At("data");

    public string Url { get; } = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Ports.Free()}");

    public async Task StartAsync()
    {
        _process = new("prometheus",
        [
            $"--config.file={_folder.At("prometheus.yml")}", $"--storage.tsdb.path={Data}",
            $"--web.listen-address={Url["http://".Length..]}", "--log.level=warn",
        ]);
        await Wait.UntilAsync("Prometheus is ready", async () =>
        {
            Assert.False(_process.Ended, string.Join('\n', _process.Lines));
            try
            {
                using var answer = await _http.GetAsync($"{Url}/-/ready", TestContext.Current.CancellationToken);
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    private static string Target(string target) => target.Split('=') is [var name, var address]
        ? $$"""      - { targets: ['{{address}}'], labels: { instance: '{{name}}' } }"""
        : $$"""      - { targets: ['{{target}}'] }""";

    public Task KillAsync() => _process?.KillAsync() ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _http.Dispose();
        _folder.Dispose();
    }
}
