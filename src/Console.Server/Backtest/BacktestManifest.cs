using System.Text.Json;
using System.Text.Json.Serialization;

namespace FleetConsole.Server.Backtest;

/// <summary>What <c>manifest.json</c> says of a backtest folder.</summary>
internal sealed record BacktestManifest(
    [property: JsonRequired] string Format,
    [property: JsonPropertyName("step_s"), JsonRequired] double StepSeconds,
    [property: JsonPropertyName("buckets_s"), JsonRequired] double[] Bounds,
    [property: JsonRequired] BacktestSeries[] Series)
{
    public const string Name = "manifest.json";
    private const string KnownFormat = "drift-1";
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    /// <exception cref="BacktestFormatException">The manifest is no such thing.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static BacktestManifest Read(string folder)
    {
        var path = Path.Join(folder, Name);
        BacktestManifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize<BacktestManifest>(File.ReadAllBytes(path), s_json);
        }
        catch (JsonException e)
        {
            throw new BacktestFormatException(path, (int)(e.LineNumber ?? 0) + 1, e.Message, e);
        }

        return manifest is { Format: KnownFormat, StepSeconds: > 0, Bounds.Length: > 0, Series: not null }
            ? manifest
            : throw new BacktestFormatException(path, 1, $"format must be \"{KnownFormat}\", with step_s, buckets_s and series");
    }
}

/// <summary>One series of the manifest: where its samples and its host's lie.</summary>
internal sealed record BacktestSeries(
    [property: JsonRequired] string Series,
    [property: JsonRequired] string Fleet,
    [property: JsonRequired] string Host,
    [property: JsonRequired] string Method,
    [property: JsonRequired] string File,
    [property: JsonPropertyName("host_file"), JsonRequired] string HostFile);
