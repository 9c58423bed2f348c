using System.Text.RegularExpressions;
using FleetConsole.Server.Sources.Metrics;
using FleetConsole.Server.Sources.Prometheus;
using FleetConsole.Server.Tests.Harness;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Tests.Sources;

public sealed class PromQlTests
{
    private static readonly PromQl Gitaly = Of(new());

    [Fact]
    public void A_pooled_quantile_sums_the_buckets_of_all_methods_but_health_checks() => Assert.Equal(
        "histogram_quantile(0.99, sum by (instance, le) (rate(grpc_server_handling_seconds_bucket" +
        "{job=\"gitaly\",grpc_service!=\"grpc.health.v1.Health\"}[60s])))",
        Gitaly.LatencyQuantile(0.99, TimeSpan.FromMinutes(1)));

    [Fact]
    public void A_quantile_of_named_hosts_and_methods_keeps_the_methods_apart() => Assert.Equal(
        "histogram_quantile(0.5, sum by (instance, grpc_service, grpc_method, le) (rate(grpc_server_handling_seconds_bucket" +
        "{job=\"gitaly\",instance=~\"git-1|git-2\",grpc_service=~\"gitaly\\\\.RefService\",grpc_method=~\"RefExists|FindRef\"}[240s])))",
        Gitaly.LatencyQuantile(0.5, TimeSpan.FromMinutes(4), ["git-1", "git-2"], ["gitaly.RefService/RefExists", "gitaly.RefService/FindRef"]));

    [Fact]
    public void A_service_whose_id_embeds_a_pid_is_found_under_every_pid() => Assert.Equal(
        "sum by (instance) (rate(container_cpu_usage_seconds_total{id=~\"/system\\\\.slice/gitaly-.*\\\\.service\"}[60s]))",
        Of(new() { ServiceId = "/system.slice/gitaly-*.service" }).ServiceCpu(TimeSpan.FromMinutes(1)));

    [Fact]
    public void A_service_whose_id_has_no_star_is_found_by_just_that_id() => Assert.Contains(
        "{id=\"/system.slice/gitaly.service\"}", Gitaly.ServiceCpu(TimeSpan.FromMinutes(1)), StringComparison.Ordinal);

    [Fact]
    public void A_window_is_rounded_up_to_whole_seconds() =>
        Assert.Contains("[3s]", Gitaly.Rate("x_total", TimeSpan.FromSeconds(2.1)), StringComparison.Ordinal);

    [Fact]
    public void An_empty_selector_leaves_no_stray_comma() =>
        Assert.Equal("max by (host) (up{})", Of(new() { Selector = "", HostLabel = "host" }).Up());

    [Theory]
    [InlineData("plain", "\"plain\"")]
    [InlineData("a\"b", "\"a\\\"b\"")]
    [InlineData("a\\b", "\"a\\\\b\"")]
    [InlineData("a\nb", "\"a\\nb\"")]
    [InlineData("\\\"", "\"\\\\\\\"\"")]
    public void A_literal_cannot_be_left(string value, string literal) => Assert.Equal(literal, PromQl.Quote(value));

    [Theory]
    [InlineData("git-1.example.com:9236")]
    [InlineData(".*")]
    [InlineData("a|b")]
    [InlineData("(a)[b]{2}^$?+")]
    [InlineData("back\\slash")]
    [InlineData("quo\"te")]
    [InlineData("\"} or vector(1) or up{instance=\"")]
    public void A_name_matches_itself_alone(string name)
    {
        var literal = PromQl.OneOf([name]);

        // Undo the string literal by hand, then the expression must match the name and none of its neighbours.
        var expression = literal[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
        Assert.Matches($"^(?:{expression})$", name);
        Assert.DoesNotMatch($"^(?:{expression})$", "anything");
        Assert.Equal(2, Regex.Count(literal, "(?<!\\\\)(?:\\\\\\\\)*\""));
    }

    [Fact]
    public async Task A_real_Prometheus_finds_its_one_host_under_no_hostile_name()
    {
        await using var prometheus = new PrometheusProcess();
        await prometheus.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(prometheus.Url + "/") };
        var client = new PrometheusClient(http, Options.Create(new PrometheusOptions { Url = new(prometheus.Url) }), TimeProvider.System);
        Task<IReadOnlyList<Series>> Ask(params string[] hosts) => client.QueryAsync(Gitaly.ProcessStart(hosts), TestContext.Current.CancellationToken);
        await Wait.ForAsync("Prometheus has scraped itself", () => Ask(), found => found.Count == 1);
        var host = prometheus.Url["http://".Length..];

        string[] hostile = ["\"} or up{job=\"gitaly", "a\\", "a\nb", ".*", $"x|{host}", "`'{}[]()", host.Replace('.', 'x'), "127.0.0.1:.*"];
        foreach (var name in hostile)
            Assert.Empty(await Ask(name));

        Assert.Equal(host, Assert.Single(await Ask(host, ".*"))["instance"]);
    }

    private static PromQl Of(MetricOptions options) => new(new MetricNames(Options.Create(options)));
}
