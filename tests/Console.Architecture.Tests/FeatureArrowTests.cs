using FleetConsole.Architecture.Tests.Harness;

namespace FleetConsole.Architecture.Tests;

/// <summary>Which part of a project may use which, as compiled: signatures and bodies.</summary>
public sealed class FeatureArrowTests
{
    // The state of a page's address. Whoever links to the page says what it shall show.
    private static readonly string[] AddressStates = ["FleetConsole.Client.Features.Latency.LatencyView", "FleetConsole.Client.Features.Captures.FlameLook"];

    [Fact]
    public void Features_of_the_server_do_not_use_each_other() => AssertApart(Compiled.Server, []);

    [Fact]
    public void Features_of_the_client_do_not_use_each_other() => AssertApart(Compiled.Client, AddressStates);

    [Fact]
    public void Server_and_client_slice_by_the_same_features() =>
        Assert.Equal(
            Compiled.Client.Features.Select(name => name.Split('.')[^1]),
            Compiled.Server.Features.Select(name => name.Split('.')[^1]));

    [Fact]
    public void Only_pages_compose_features_in_the_client()
    {
        var client = Compiled.Client;
        var features = client.TypesIn($"{client.Root}.Features");
        var users = client.UsersIn(client.Root, features)
            .Where(user => !user.StartsWith($"{client.Root}.Features.", StringComparison.Ordinal))
            .Where(user => !user.StartsWith($"{client.Root}.Pages.", StringComparison.Ordinal));

        Allowed.Only([new("FleetConsole.Client.Routes", "builds every address, and those of the latency page and of a capture are built from their state")], users);
    }

    [Fact]
    public void Routes_know_nothing_of_features_but_the_state_of_an_address()
    {
        var client = Compiled.Client;
        var others = client.TypesIn($"{client.Root}.Features").Where(type => !AddressStates.Contains(type)).ToList();

        Assert.DoesNotContain("FleetConsole.Client.Routes", client.UsersIn(client.Root, others));
    }

    [Theory]
    [InlineData("Components")]
    [InlineData("Api")]
    [InlineData("Layout")]
    public void Parts_below_the_features_know_none_in_the_client(string part)
    {
        var client = Compiled.Client;

        Assert.NotEmpty(client.TypesIn($"{client.Root}.{part}"));
        Allowed.None(client.UsersIn($"{client.Root}.{part}", [.. client.TypesIn($"{client.Root}.Features"), .. client.TypesIn($"{client.Root}.Pages")]));
    }

    [Theory]
    [InlineData("Sources")]
    [InlineData("Storage")]
    [InlineData("Security")]
    public void Parts_below_the_features_know_none_in_the_server(string part)
    {
        var server = Compiled.Server;

        Assert.NotEmpty(server.TypesIn($"{server.Root}.{part}"));
        Allowed.None(server.UsersIn($"{server.Root}.{part}", server.TypesIn($"{server.Root}.Features")));
    }

    [Fact]
    public void A_dependency_in_a_body_alone_is_seen()
    {
        // The host page knows the features only by what its markup opens and what its methods do.
        var client = Compiled.Client;

        Assert.Contains("FleetConsole.Client.Pages.HostPage", client.UsersIn($"{client.Root}.Pages", ["FleetConsole.Client.Features.Captures.CaptureList"]));
    }

    private static void AssertApart(Compiled project, IReadOnlyList<string> shared)
    {
        Assert.True(project.Features.Count > 1);
        foreach (var feature in project.Features)
        {
            var others = project.Features.Where(other => other != feature).SelectMany(project.TypesIn).Except(shared).ToList();
            Allowed.None(project.UsersIn(feature, others).Select(user => $"{user} uses another feature than {feature}"));
        }
    }
}
