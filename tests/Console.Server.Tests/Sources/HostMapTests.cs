using FleetConsole.Server.Sources;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Tests.Sources;

public sealed class HostMapTests
{
    [Theory]
    [InlineData("git-1.example.com:9236", "http://git-1.example.com:8075/", "https://git-1.example.com:9400/")]
    [InlineData("git-1", "http://git-1:8075/", "https://git-1:9400/")]
    [InlineData("[2001:db8::1]:9236", "http://[2001:db8::1]:8075/", "https://[2001:db8::1]:9400/")]
    public void A_name_without_its_port_fills_the_templates(string host, string gitRpc, string agent)
    {
        var faces = Map(new()).Find(host);

        Assert.Equal((gitRpc, agent, "gitaly", ""), (faces.GitRpc?.AbsoluteUri, faces.Agent?.AbsoluteUri, faces.Unit, faces.Problem));
    }

    [Fact]
    public void A_template_can_take_the_whole_label() =>
        Assert.Equal("http://git-1:9236/", Map(new() { GitRpcAddress = "http://{host}" }).Find("git-1:9236").GitRpc?.AbsoluteUri);

    [Fact]
    public void An_override_wins_for_its_host_alone()
    {
        var map = Map(new() { Overrides = { ["git-1"] = new() { GitRpcAddress = "https://10.0.0.1:9999", Unit = "gitaly-blue" } } });

        var own = map.Find("git-1");
        Assert.Equal(("https://10.0.0.1:9999/", "https://git-1:9400/", "gitaly-blue"), (own.GitRpc?.AbsoluteUri, own.Agent?.AbsoluteUri, own.Unit));
        Assert.Equal(("http://git-2:8075/", "gitaly"), (map.Find("git-2").GitRpc?.AbsoluteUri, map.Find("git-2").Unit));
    }

    [Fact]
    public void An_override_by_the_name_without_the_port_holds_for_a_label_with_one()
    {
        // A configuration key cannot hold a colon, and Prometheus's default instance label has one.
        var map = Map(new() { Overrides = { ["git-1"] = new() { Unit = "gitaly-blue" } } });

        Assert.Equal("gitaly-blue", map.Find("git-1:9236").Unit);
    }

    [Fact]
    public void An_empty_template_leaves_the_host_unmapped_and_names_both_keys()
    {
        var faces = Map(new() { AgentAddress = "" }).Find("git-1:9236");

        Assert.Null(faces.Agent);
        Assert.Equal("Hosts:AgentAddress is empty and Hosts:Overrides:git-1:AgentAddress is not set.", faces.Problem);
    }

    [Theory]
    [InlineData("http://{name}:9400")]
    [InlineData("{name}:9400")]
    [InlineData("https://user:password@{name}:9400")]
    [InlineData("file:///{name}")]
    public void An_agent_is_spoken_to_over_https_and_nothing_else(string template)
    {
        var faces = Map(new() { AgentAddress = template }).Find("git-1");

        Assert.Null(faces.Agent);
        Assert.Contains("not a https address", faces.Problem, StringComparison.Ordinal);
        Assert.Contains("Hosts:Overrides:git-1:AgentAddress", faces.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("user@evil")]
    [InlineData("")]
    public void A_name_that_makes_no_address_is_unmapped(string host)
    {
        var faces = Map(new()).Find(host);

        Assert.Null(faces.GitRpc);
        Assert.Null(faces.Agent);
        Assert.Contains("Hosts:GitRpcAddress", faces.Problem, StringComparison.Ordinal);
        Assert.Contains("Hosts:AgentAddress", faces.Problem, StringComparison.Ordinal);
    }

    private static HostMap Map(HostMapOptions options) => new(Options.Create(options));
}
