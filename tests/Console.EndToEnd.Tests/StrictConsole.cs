using System.Diagnostics;
using System.Text.Json.Nodes;

namespace FleetConsole.EndToEnd.Tests;

/// <summary>
/// A second console on the same live fleet, with the same accounts and with rules of its own. It gives its commands to the same agents.
/// </summary>
internal sealed class StrictConsole : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);
    private readonly string _folder = Directory.CreateTempSubdirectory("fleetconsole-strict-").FullName;
    private readonly Process _process;
    private readonly TaskCompletionSource<string> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private StrictConsole(DemoProcess demo, Action<JsonObject> change)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Artifacts, "server", "Console.Server")) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("--config");
        start.ArgumentList.Add(Configure(demo, change));
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Url { get; private set; } = "";

    /// <param name="change">Makes the settings of the demo's console stricter.</param>
    public static async Task<StrictConsole> StartAsync(DemoProcess demo, Action<JsonObject> change, CancellationToken cancellationToken)
    {
        var console = new StrictConsole(demo, change);
        console.Url = await console._listening.Task.WaitAsync(Deadline, cancellationToken);
        return console;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string Configure(DemoProcess demo, Action<JsonObject> change)
    {
        var settings = JsonNode.Parse(File.ReadAllText(Path.Combine(demo.Data, "console.json")))?.AsObject() ?? throw new InvalidOperationException("The demo left no configuration.");
        var data = Path.Combine(_folder, "data");
        Directory.CreateDirectory(data);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(demo.Data, "console"), "console.db*"))
            File.Copy(file, Path.Combine(data, Path.GetFileName(file)));
        settings["Storage"] = new JsonObject { ["Folder"] = data };
        settings["Endpoints"] = new JsonObject(new[] { "Browser", "Grpc", "Metrics" }.Select(name =>
            KeyValuePair.Create<string, JsonNode?>(name, new JsonObject { [nameof(Url)] = "http://127.0.0.1:0" })));
        change(settings);
        var path = Path.Combine(_folder, "console.json");
        File.WriteAllText(path, settings.ToJsonString());
        return path;
    }

    // The browsers' address is the first that it says it listens on.
    private void Take(string? line)
    {
        const string Words = "Now listening on: ";
        if (line is not null && line.IndexOf(Words, StringComparison.Ordinal) is var at and >= 0)
            _listening.TrySetResult(line[(at + Words.Length)..].Trim());
    }
}
