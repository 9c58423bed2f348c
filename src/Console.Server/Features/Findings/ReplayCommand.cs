using System.Collections.ObjectModel;
using System.Globalization;
using System.Text.Json;
using FleetConsole.Analysis.Latency;
using FleetConsole.Server.Hosting;
using FleetConsole.Server.Sources.Prometheus;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Features.Findings;

/// <summary>
/// <c>Console.Server backtest --prometheus URL --from TIME --to TIME [--every HOURS] [--config FILE]</c>: which findings
/// would have opened. Standard output is one JSON line a finding; progress goes to standard error.
/// </summary>
internal static class ReplayCommand
{
    private const string Usage = """
        Usage: Console.Server backtest --prometheus URL --from TIME --to TIME [--every HOURS] [--config FILE]
        Times are like 2026-11-01 or 2026-11-01T12:00:00Z. Metric names and bin widths are those of the configuration.
        """;

    private static readonly JsonSerializerOptions Lines = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static bool Is(string[] args) => args is ["backtest", "--prometheus", ..];

    /// <returns>0 when the replay ran to its end, 1 when Prometheus did not answer, 2 for a wrong command line.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        if (Parse(args) is not { } asked)
        {
            await error.WriteLineAsync(Usage);
            return 2;
        }

        var configuration = new ConfigurationManager();
        if (!ConfigurationFile.TryAddFrom(args, configuration, error))
            return 2;
        configuration.AddInMemoryCollection([new("Prometheus:Url", asked.Url.AbsoluteUri)]);
        try
        {
            await using var services = Services(configuration);
            foreach (var looker in services.GetRequiredService<DriftLookers>().Make())
                await RunAsync(looker, asked, output, error, cancellationToken);
            return 0;
        }
        catch (Exception e) when (e is PrometheusException or OptionsValidationException)
        {
            await error.WriteLineAsync(e.Message);
            return e is PrometheusException ? 1 : 2;
        }
    }

    private static async Task RunAsync(DriftLooker looker, Asked asked, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        ReplayStep? last = null;
        var every = asked.Every ?? TimeSpan.FromSeconds(looker.BinSeconds * 12);
        await foreach (var step in DriftReplay.RunAsync(looker, asked.From, asked.To, every, ReadOnlyDictionary<string, IReadOnlyList<TimeRange>>.Empty, cancellationToken))
        {
            last = step;
            await error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{step.At:u} {step.Done:P0} {step.Findings.Count} findings"));
        }

        foreach (var finding in last?.Findings ?? [])
            await output.WriteLineAsync(JsonSerializer.Serialize(new { looker.BinSeconds, finding.Sentence, finding.Scope, finding.Cause, finding.Proof, finding.OpenedAt, finding.ConfirmedAt, finding.ResolvedAt, finding.ResolvedBy }, Lines));
    }

    private static ServiceProvider Services(IConfiguration configuration)
    {
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System);
        services.AddSources(configuration);
        services.AddDriftLookers(configuration);
        return services.BuildServiceProvider();
    }

    private static Asked? Parse(string[] args)
    {
        string? Value(string name) => Array.IndexOf(args, name) is var at and >= 0 ? args.ElementAtOrDefault(at + 1) : null;
        string[] known = ["--prometheus", "--from", "--to", "--every", "--config"];
        if (args.Skip(1).Where((_, i) => i % 2 == 0).Any(name => !known.Contains(name)) || args.Length % 2 == 0)
            return null;
        var every = Value("--every") is { } hours
            ? double.TryParse(hours, NumberStyles.Float, CultureInfo.InvariantCulture, out var h) && h > 0 ? TimeSpan.FromHours(h) : (TimeSpan?)null
            : TimeSpan.Zero;
        return Uri.TryCreate(Value("--prometheus"), UriKind.Absolute, out var url) && Time(Value("--from")) is { } from && Time(Value("--to")) is { } to
            && to > from && every is { } pace
            ? new(url, from, to, pace == TimeSpan.Zero ? null : pace)
            : null;
    }

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    private sealed record Asked(Uri Url, DateTimeOffset From, DateTimeOffset To, TimeSpan? Every);
}
