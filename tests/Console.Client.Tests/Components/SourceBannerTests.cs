using Bunit;
using FleetConsole.Client.Components;
using FleetConsole.Client.Tests.Harness;
using FleetConsole.Contracts.V1;
using Google.Protobuf.WellKnownTypes;

namespace FleetConsole.Client.Tests.Components;

public sealed class SourceBannerTests : PageTest
{
    [Fact]
    public void While_every_source_answers_there_is_no_banner()
    {
        var banner = Show(null, Source(SourceKind.Prometheus, "Prometheus", SourceState.Up), Source(SourceKind.Agent, "git-01", SourceState.Unspecified));

        Assert.Empty(banner.Nodes);
    }

    [Fact]
    public void Prometheus_down_is_said_with_since_and_the_time_of_the_figures()
    {
        var banner = Show(At(9, 58, 30), Source(SourceKind.Prometheus, "Prometheus", SourceState.Down));

        Assert.Equal("Prometheus is down since 10:00:05 UTC. Connection refused. The figures below are of 09:58:30 UTC.", Text(banner.Find("p")));
    }

    [Fact]
    public void Prometheus_that_never_answered_has_no_time_of_figures()
    {
        var banner = Show(null, Source(SourceKind.Prometheus, "Prometheus", SourceState.Down));

        Assert.Equal("Prometheus is down since 10:00:05 UTC. Connection refused.", Text(banner.Find("p")));
    }

    [Fact]
    public void Each_source_that_is_down_has_a_sentence_that_names_it()
    {
        var banner = Show(null,
            Source(SourceKind.GitRpc, "git-02", SourceState.Down),
            Source(SourceKind.Agent, "git-01", SourceState.Up),
            Source(SourceKind.Agent, "git-03", SourceState.Down));

        Assert.Equal(
            ["The Git RPC server of git-02 is down since 10:00:05 UTC. Connection refused.", "The agent of git-03 is down since 10:00:05 UTC. Connection refused."],
            banner.FindAll("[role=alert] p").Select(Text));
    }

    private static SourceStatus Source(SourceKind kind, string name, SourceState state) =>
        new() { Kind = kind, Name = name, State = state, Since = At(10, 0, 5), Message = state == SourceState.Down ? "Connection refused." : "" };

    private IRenderedComponent<SourceBanner> Show(Timestamp? metricsAsOf, params SourceStatus[] sources) =>
        Render<SourceBanner>(parameters => parameters.Add(b => b.Sources, sources).Add(b => b.MetricsAsOf, metricsAsOf));
}
