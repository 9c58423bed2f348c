using System.Globalization;
using System.Net;
using System.Text.Json;
using FleetConsole.Server.Hosting;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Sources.Prometheus;

/// <summary>
/// Prometheus's HTTP API. Knows no metric names. Every call has a deadline and a size limit and ends in series or in
/// one of the <see cref="PrometheusException"/>s.
/// </summary>
internal sealed class PrometheusClient(HttpClient http, IOptions<PrometheusOptions> options, TimeProvider time)
{
    public Uri Endpoint => options.Value.Url;

    /// <summary>An instant query at Prometheus's own now. One sample a series.</summary>
    public Task<IReadOnlyList<Series>> QueryAsync(string promql, CancellationToken cancellationToken) =>
        AskAsync("query", "vector", promql, [], cancellationToken);

    /// <summary>An instant query at a moment. One sample a series.</summary>
    public Task<IReadOnlyList<Series>> QueryAsync(string promql, DateTimeOffset at, CancellationToken cancellationToken) =>
        AskAsync("query", "vector", promql, [new("time", Unix(at))], cancellationToken);

    /// <summary>An instant query of a range selector: the samples as they were stored.</summary>
    public Task<IReadOnlyList<Series>> QuerySamplesAsync(string promql, DateTimeOffset at, CancellationToken cancellationToken) =>
        AskAsync("query", "matrix", promql, [new("time", Unix(at))], cancellationToken);

    /// <summary>A range query over [from, to], both ends included as Prometheus does.</summary>
    public Task<IReadOnlyList<Series>> QueryRangeAsync(
        string promql, DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken cancellationToken) =>
        AskAsync("query_range", "matrix", promql,
        [
            new("start", Unix(from)),
            new("end", Unix(to)),
            new("step", step.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)),
        ], cancellationToken);

    private async Task<IReadOnlyList<Series>> AskAsync(
        string path, string resultType, string promql, IEnumerable<KeyValuePair<string, string>> more, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(options.Value.TimeoutSeconds));
        var started = time.GetTimestamp();
        var result = "failure";
        try
        {
            using var form = new FormUrlEncodedContent([new("query", promql), .. more]);
            using var request = new HttpRequestMessage(HttpMethod.Post, $"api/v1/{path}") { Content = form };
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            var body = await ReadBodyAsync(response, promql, deadline.Token);
            var series = Read(response.StatusCode, body, resultType, promql);
            result = "success";
            return series;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PrometheusUnavailableException(Endpoint, promql, $"did not answer within {options.Value.TimeoutSeconds} s", e);
        }
        catch (HttpRequestException e)
        {
            throw new PrometheusUnavailableException(Endpoint, promql, $"cannot be reached ({e.Message})", e);
        }
        catch (IOException e)
        {
            throw new PrometheusUnavailableException(Endpoint, promql, $"broke off its answer ({e.Message})", e);
        }
        finally
        {
            ConsoleMetrics.PrometheusQueries.WithLabels(result).Observe(time.GetElapsedTime(started).TotalSeconds);
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpResponseMessage response, string promql, CancellationToken cancellationToken)
    {
        var limit = options.Value.MaxResponseMegabytes * 1024L * 1024;
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var body = new MemoryStream((int)Math.Min(response.Content.Headers.ContentLength ?? 65536, limit));
        var buffer = new byte[65536];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (body.Length + read > limit)
                throw new PrometheusFormatException(Endpoint, promql, $"it is larger than {options.Value.MaxResponseMegabytes} MiB (Prometheus:MaxResponseMegabytes); ask for fewer hosts or a shorter range");
            body.Write(buffer, 0, read);
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private List<Series> Read(HttpStatusCode status, ReadOnlyMemory<byte> body, string resultType, string promql)
    {
        ResultReader.Answer answer;
        try
        {
            answer = ResultReader.Read(body.Span, resultType);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // 5xx pages of proxies are HTML; what matters then is the status.
            throw (int)status >= 500
                ? new PrometheusUnavailableException(Endpoint, promql, $"answered {(int)status} {status}", e)
                : new PrometheusFormatException(Endpoint, promql, $"HTTP {(int)status}, {e.Message}", e);
        }

        if (answer.Status == "success" && status == HttpStatusCode.OK)
            return answer.Series;
        var what = $"HTTP {(int)status}, {answer.Error ?? "no error text"}";
        throw status is HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout or HttpStatusCode.TooManyRequests
            ? new PrometheusUnavailableException(Endpoint, promql, $"is overloaded or not ready ({what})")
            : new PrometheusRefusedException(Endpoint, promql, what);
    }

    private static string Unix(DateTimeOffset at) =>
        (at.ToUnixTimeMilliseconds() / 1000.0).ToString("0.###", CultureInfo.InvariantCulture);
}
