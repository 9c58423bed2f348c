using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace FleetConsole.Server.Tests.Harness;

/// <summary>A query as the fake got it.</summary>
internal sealed record AskedQuery(string Path, string PromQl, IReadOnlyDictionary<string, string> Form)
{
    public double Number(string key) => double.Parse(Form[key], CultureInfo.InvariantCulture);
}

/// <summary>
/// Prometheus's HTTP API over a fleet that the test changes. It knows just the queries the console makes, by the metric
/// in them, and can be told to answer anything else instead.
/// </summary>
internal sealed partial class FakePrometheus : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, (double Start, string? Version)> _hosts = new(StringComparer.Ordinal);
    private WebApplication? _app;

    public string Url => _app?.Urls.Single() ?? throw new InvalidOperationException("Not started.");

    public ConcurrentQueue<AskedQuery> Asked { get; } = [];

    /// <summary>When set: what every query gets, in place of the fleet's figures.</summary>
    public Func<HttpContext, AskedQuery, Task>? Instead { get; set; }

    /// <summary>The start of every process in answers about the whole fleet; null: the start of the one that runs.</summary>
    public double? FleetSees { get; set; }

    public static double Now => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;

    public static async Task<FakePrometheus> StartAsync()
    {
        var fake = new FakePrometheus();
        fake._app = await FakeServer.StartAsync(_ => { }, _ => { }, app => app.MapPost("/api/v1/{path}", fake.AnswerAsync));
        return fake;
    }

    /// <summary>The process that answers on this host from now on.</summary>
    /// <param name="version">Empty: its build info has no such label; null: it has no build info.</param>
    public void Run(string host, double start, string? version = "1.0.0") => _hosts[host] = (start, version);

    public int Count(string part) => Asked.Count(q => q.PromQl.Contains(part, StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context, string path)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var query = new AskedQuery(path, form["query"].ToString(), form.ToDictionary(f => f.Key, f => f.Value.ToString(), StringComparer.Ordinal));
        Asked.Enqueue(query);
        if (query.Path == "query_range" && query.Number("end") < query.Number("start"))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync("""{"status":"error","errorType":"bad_data","error":"end timestamp must not be before start time"}""", context.RequestAborted);
        }
        else if (query.PromQl.Contains("no_such_function(", StringComparison.Ordinal))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync("""{"status":"error","errorType":"bad_data","error":"parse error: unknown function with name \"no_such_function\""}""", context.RequestAborted);
        }
        else if (Instead is { } instead)
            await instead(context, query);
        else
            await AnswerFleetAsync(context, query);
    }

    /// <summary>The answer of a healthy one; also for tests that answer only some queries themselves.</summary>
    public Task AnswerFleetAsync(HttpContext context, AskedQuery query) => context.Response.WriteAsJsonAsync(Success(query), context.RequestAborted);

    private JsonObject Success(AskedQuery query) => new()
    {
        ["status"] = "success",
        ["data"] = new JsonObject
        {
            // A range selector is answered with the samples themselves; nothing was recorded here.
            ["resultType"] = query.Path == "query" && !query.PromQl.EndsWith(']') ? "vector" : "matrix",
            ["result"] = new JsonArray([.. Series(query)]),
        },
    };

    private IEnumerable<JsonNode> Series(AskedQuery query)
    {
        if (query.PromQl.Contains("count_over_time", StringComparison.Ordinal))
            return [OneOf(query, [], 600)];

        // The buckets exist; nobody calls.
        if (query.PromQl.StartsWith("count(", StringComparison.Ordinal))
            return [OneOf(query, [], 24)];
        return _hosts.Where(h => Wanted(query, h.Key)).Select(h => OneOf(h.Key, h.Value, query)).OfType<JsonNode>();
    }

    private JsonObject? OneOf(string host, (double Start, string? Version) process, AskedQuery query) => query.PromQl switch
    {
        var q when q.Contains("_build_info", StringComparison.Ordinal) => process.Version switch
        {
            null => null,
            "" => OneOf(query, [new("instance", host)], 1),
            var version => OneOf(query, [new("instance", host), new("version", version)], 1),
        },
        var q when q.Contains("process_start_time_seconds", StringComparison.Ordinal) => OneOf(query, [new("instance", host)], HostMatcher().IsMatch(q) ? process.Start : FleetSees ?? process.Start),
        var q when q.Contains("(up{", StringComparison.Ordinal) => OneOf(query, [new("instance", host)], 1),
        var q when q.Contains("histogram_quantile", StringComparison.Ordinal) => OneOf(query, [new("instance", host)], 0.25),
        _ => null,
    };

    private static JsonObject OneOf(AskedQuery query, IEnumerable<KeyValuePair<string, JsonNode?>> labels, double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        var series = new JsonObject { ["metric"] = new JsonObject(labels) };
        if (query.Path == "query")
        {
            series["value"] = new JsonArray(Now, text);
            return series;
        }

        var values = new JsonArray();
        for (var t = query.Number("start"); t <= query.Number("end"); t += query.Number("step"))
            values.Add((JsonNode)new JsonArray(t, text));
        series["values"] = values;
        return series;
    }

    private static bool Wanted(AskedQuery query, string host) =>
        HostMatcher().Match(query.PromQl) is not { Success: true } match
        || Regex.IsMatch(host, $"^(?:{match.Groups[1].Value.Replace(@"\\", @"\", StringComparison.Ordinal)})$");

    [GeneratedRegex("instance=~\"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex HostMatcher();
}
