using FleetConsole.Client.Features.Audit;
using FleetConsole.Client.Features.Fleet;
using FleetConsole.Client.Features.Latency;
using FleetConsole.Client.Pages;
using FleetConsole.Client.Tests.Harness;
using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace FleetConsole.Client.Tests.Pages;

/// <summary>What a page rendered on the server is shown in the browser without asking once more.</summary>
public sealed class HandOverTests
{
    [Fact]
    public async Task The_fleet_comes_with_the_page()
    {
        await using var server = new Visit();
        server.Fleet();
        Assert.Contains("git-01", server.Markup<FleetPage>(), StringComparison.Ordinal);
        Assert.Equal(1, server.Knows.FleetAsked);

        await using var browser = await server.HandToBrowserAsync();

        Assert.Contains("git-01", browser.Markup<FleetPage>(), StringComparison.Ordinal);
        Assert.Equal(0, browser.Knows.FleetAsked);
    }

    [Fact]
    public async Task Curves_and_the_choice_of_hosts_come_with_the_page()
    {
        await using var server = new Visit();
        server.Fleet();
        server.Knows.Curves.MergeFrom(SomeCurves.TwoHosts());
        Assert.Contains("data-traces=\"3\"", server.Markup<LatencyPage>(), StringComparison.Ordinal);
        Assert.Single(server.Knows.CurvesAsked);

        await using var browser = await server.HandToBrowserAsync();

        Assert.Contains("data-traces=\"3\"", browser.Markup<LatencyPage>(), StringComparison.Ordinal);
        Assert.Empty(browser.Knows.CurvesAsked);
        Assert.Equal(0, browser.Knows.FleetAsked);
    }

    [Fact]
    public async Task A_host_comes_with_the_page()
    {
        await using var server = new Visit();
        server.Knows.Hosts["git-01"] = new() { Summary = new() { Host = "git-01", Version = "16.7.0" } };
        Assert.Contains("16.7.0", server.HostMarkup("git-01"), StringComparison.Ordinal);

        await using var browser = await server.HandToBrowserAsync();

        Assert.Contains("16.7.0", browser.HostMarkup("git-01"), StringComparison.Ordinal);
        Assert.Equal(0, browser.Knows.HostsAsked);
        Assert.Empty(browser.Knows.CurvesAsked);
    }

    [Fact]
    public async Task The_audit_trail_comes_with_the_page()
    {
        await using var server = new Visit();
        server.Knows.AuditRows.Add(new AuditEntry { Id = 1, At = Visit.Earlier, User = "olga", Action = "restart", Host = "git-01" });
        Assert.Contains("olga", server.Markup<AuditPage>(), StringComparison.Ordinal);

        await using var browser = await server.HandToBrowserAsync();

        Assert.Contains("olga", browser.Markup<AuditPage>(), StringComparison.Ordinal);
        Assert.Empty(browser.Knows.AuditAsked);
    }

    [Fact]
    public async Task What_could_not_be_had_on_the_server_is_asked_for_in_the_browser()
    {
        await using var server = new Visit();
        server.Knows.Down = new(Grpc.Core.StatusCode.Unavailable, "Down.");
        server.Markup<FleetPage>();

        await using var browser = await server.HandToBrowserAsync();
        browser.Fleet();

        Assert.Contains("git-01", browser.Markup<FleetPage>(), StringComparison.Ordinal);
        Assert.Equal(1, browser.Knows.FleetAsked);
    }
}

/// <summary>One rendering of a page, on the server or in the browser.</summary>
internal sealed class Visit : PageTest
{
    public static Google.Protobuf.WellKnownTypes.Timestamp Earlier => At(11, 0);

    public FakeServer Knows => Server;

    private ComponentStatePersistenceManager State => Services.GetRequiredService<ComponentStatePersistenceManager>();

    public void Fleet()
    {
        Server.Fleet.MetricsAsOf = At(11, 59, 58);
        Server.Fleet.Hosts.Add(new HostSummary { Host = "git-01" });
    }

    public string Markup<TPage>()
        where TPage : IComponent => Open<TPage>().Markup;

    public string HostMarkup(string host) => Open<HostPage>(parameters => parameters.Add(page => page.Name, host)).Markup;

    public async Task<Visit> HandToBrowserAsync()
    {
        var handed = await HandOver.FromAsync(State, Renderer);
        var browser = new Visit();
        await browser.State.RestoreStateAsync(handed);
        return browser;
    }
}
