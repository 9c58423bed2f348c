using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using FleetConsole.Server.Sources.Metrics;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Sources;

/// <summary>Where silences are set while a process is replaced.</summary>
internal sealed class AlertmanagerOptions : IValidatableObject
{
    public const string Section = "Alertmanager";

    /// <summary>Its address, with the path prefix if it has one; null: there is none, and the step is skipped.</summary>
    public Uri? Url { get; init; }

    /// <summary>How long a silence lasts that nobody removes.</summary>
    [Range(1, 24 * 60)]
    public double SilenceMinutes { get; init; } = 10;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Url is not null && (!Url.IsAbsoluteUri || Url.Scheme is not ("http" or "https")))
            yield return new($"{Section}:Url: \"{Url}\" is not an http or https address.");
    }
}

/// <summary>Silences of one host in Alertmanager (API v2).</summary>
internal sealed class Alertmanager(HttpClient http, MetricNames names, IOptions<AlertmanagerOptions> options, TimeProvider time)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    public bool Exists => options.Value.Url is not null;

    /// <summary>Silences what is alerted of one host, until the silence is removed or expires.</summary>
    /// <returns>The silence's id.</returns>
    /// <exception cref="HttpRequestException">Alertmanager did not answer, or refused.</exception>
    /// <exception cref="OperationCanceledException">It was silent itself for 5 s.</exception>
    public async Task<string> SilenceAsync(string host, string by, string comment, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var silence = new Silence(
            [new(names.HostLabel, host, IsRegex: false, IsEqual: true)], now, now + TimeSpan.FromMinutes(options.Value.SilenceMinutes), $"FleetConsole, for {by}", comment);
        using var deadline = Within(cancellationToken);
        using var answer = await http.PostAsJsonAsync(new Uri(Base, "api/v2/silences"), silence, deadline.Token);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<Set>(deadline.Token))?.SilenceId
            ?? throw new HttpRequestException("Alertmanager named no silence.");
    }

    /// <summary>Ends a silence. One that is gone already is no error.</summary>
    /// <exception cref="HttpRequestException">Alertmanager did not answer, or refused.</exception>
    /// <exception cref="OperationCanceledException">It was silent itself for 5 s.</exception>
    public async Task RemoveAsync(string id, CancellationToken cancellationToken)
    {
        using var deadline = Within(cancellationToken);
        using var answer = await http.DeleteAsync(new Uri(Base, $"api/v2/silence/{Uri.EscapeDataString(id)}"), deadline.Token);
        if (answer.StatusCode != System.Net.HttpStatusCode.NotFound)
            answer.EnsureSuccessStatusCode();
    }

    private Uri Base => new((options.Value.Url ?? throw new InvalidOperationException("There is no Alertmanager.")).AbsoluteUri.TrimEnd('/') + "/");

    private static CancellationTokenSource Within(CancellationToken cancellationToken)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        source.CancelAfter(Deadline);
        return source;
    }

    private sealed record Matcher(string Name, string Value, bool IsRegex, bool IsEqual);

    private sealed record Silence(Matcher[] Matchers, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string CreatedBy, string Comment);

    private sealed record Set([property: JsonPropertyName("silenceID")] string SilenceId);
}
