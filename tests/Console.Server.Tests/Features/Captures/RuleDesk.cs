using FleetConsole.Server.Features.Captures.Rules;
using FleetConsole.Server.Sources.Metrics;
using FleetConsole.Server.Sources.Prometheus;
using FleetConsole.Server.Tests.Harness;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Tests.Features.Captures;

/// <summary>The rules of a console, without the console around them.</summary>
internal sealed class RuleDesk : IDisposable
{
    private readonly HttpClient _http;

    public RuleDesk(string prometheus, TimeProvider time, params CaptureRuleOptions[] rules)
    {
        _http = new() { BaseAddress = new($"{prometheus}/") };
        var names = new MetricNames(Options.Create(new MetricOptions()));
        Book = new(Options.Create(new CaptureRulesOptions { PollSeconds = 1, Rules = [.. rules] }), new(names), names,
            new(_http, Options.Create(new PrometheusOptions { Url = new(prometheus) }), time), Database, time);
    }

    public MemoryDatabase Database { get; } = new();

    public CaptureRuleBook Book { get; }

    public static CaptureRuleOptions PromQl(string name, string expression, double above = 0) =>
        new() { Name = name, When = CaptureTriggers.PromQl, Expression = expression, Above = above, Take = ["profile"] };

    public void Dispose()
    {
        _http.Dispose();
        Database.Dispose();
    }
}
