using FleetConsole.Contracts;
using FleetConsole.Server.Tests.Harness;
using Grpc.Core;
using Microsoft.AspNetCore.SignalR.Client;

namespace FleetConsole.Server.Tests.Features;

/// <summary>What pages are told, and by whom it can be heard.</summary>
public sealed class ChangesTests(QuietConsole fixture) : IClassFixture<QuietConsole>
{
    [Fact]
    public async Task Open_pages_are_told_that_the_fleet_changed()
    {
        var viewer = await fixture.AsAsync("viewer");
        var told = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var connection = new HubConnectionBuilder()
            .WithUrl(new Uri(fixture.Console.Browser, Changes.Path), options => options.Cookies = viewer.Cookies).Build();
        connection.On<string>(Changes.Changed, topic =>
        {
            if (topic == Changes.Fleet)
                told.TrySetResult(topic);
        });
        await connection.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(Changes.Fleet, await told.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Nobody_listens_to_changes_without_signing_in()
    {
        await using var connection = new HubConnectionBuilder().WithUrl(new Uri(fixture.Console.Browser, Changes.Path)).Build();

        var e = await Assert.ThrowsAsync<HttpRequestException>(() => connection.StartAsync(TestContext.Current.CancellationToken));

        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, e.StatusCode);
    }

    [Fact]
    public async Task An_unknown_host_is_not_found()
    {
        var viewer = await fixture.AsAsync("viewer");
        await Wait.ForAsync("the fleet is known", () => Session.Ask(o => viewer.Fleet.GetFleetAsync(new(), o)), f => f.Hosts.Count == 1);

        var e = await Assert.ThrowsAsync<RpcException>(() => Session.Ask(o => viewer.Fleet.GetHostAsync(new() { Host = "nobody" }, o)));

        Assert.Equal(StatusCode.NotFound, e.StatusCode);
    }
}
