using System.Net;
using System.Net.Http.Json;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Features.Deploys;

/// <summary>What deploy tools may tell, and what they get back.</summary>
public sealed class AnnouncementTests(QuietConsole fixture) : IClassFixture<QuietConsole>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_deploy_told_again_is_the_same_one_and_with_other_details_it_is_a_conflict()
    {
        using var tool = await DeployTool.AsAsync(fixture.Console, "operator");
        var deploy = new { Version = "7.0.1", Commit = "abc123", Link = "https://ci.example/1", Author = "Ada" };

        using var first = await tool.TellAsync(deploy);
        using var again = await tool.TellAsync(deploy);
        using var other = await tool.TellAsync(deploy with { Commit = "def456" });

        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.Conflict], [first.StatusCode, again.StatusCode, other.StatusCode]);
        Assert.Equal(await first.Content.ReadAsStringAsync(Cancel), await again.Content.ReadAsStringAsync(Cancel));
        Assert.Contains("7.0.1", await other.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deploy_stands_in_the_audit_trail_once_or_is_not_taken()
    {
        using var tool = await DeployTool.AsAsync(fixture.Console, "operator");
        var deploy = new { Version = "7.0.9", Commit = "abc123", Author = "Ada" };
        await using (await fixture.Console.FillTrailAsync())
        {
            using var lost = await tool.TellAsync(deploy);
            Assert.Equal(HttpStatusCode.InternalServerError, lost.StatusCode);
        }

        using var first = await tool.TellAsync(deploy);
        using var again = await tool.TellAsync(deploy);

        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.OK], [first.StatusCode, again.StatusCode]);
        var viewer = await fixture.AsAsync("viewer");
        var row = Assert.Single((await Session.Ask(o => viewer.Audit.ListAuditAsync(new() { Action = "announce-deploy" }, o))).Entries, row => row.Reason == "7.0.9");
        Assert.Equal(("operator", "succeeded", "abc123, Ada"), (row.User, row.Outcome, row.Detail));
        Assert.EndsWith(", token one hour", row.RemoteAddress, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deploy_that_was_told_and_not_seen_is_awaited()
    {
        using var tool = await DeployTool.AsAsync(fixture.Console, "admin");
        using var answer = await tool.TellAsync(new { Version = "7.0.2" });
        var viewer = await fixture.AsAsync("viewer");

        var list = await Session.Ask(o => viewer.Deploys.ListDeploysAsync(new(), o));

        Assert.Contains(list.Awaited, told => told.Version == "7.0.2");
    }

    [Theory]
    [InlineData("version", "")]
    [InlineData("version", "1.0\n")]
    [InlineData("commit", "main; rm -rf")]
    [InlineData("link", "javascript:alert(1)")]
    [InlineData("link", "/relative")]
    [InlineData("author", "a\u0007b")]
    public async Task A_field_out_of_bounds_is_refused_by_its_name(string field, string value)
    {
        using var tool = await DeployTool.AsAsync(fixture.Console, "operator");
        var deploy = new Dictionary<string, string> { ["version"] = "7.1", [field] = value };

        using var answer = await tool.TellAsync(deploy);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains($"{field}:", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("version", 101)]
    [InlineData("commit", 65)]
    [InlineData("link", 501)]
    [InlineData("author", 101)]
    public async Task A_field_that_is_too_long_is_refused_by_its_name(string field, int length)
    {
        using var tool = await DeployTool.AsAsync(fixture.Console, "operator");
        var text = field == "link" ? "https://ci.example/".PadRight(length, 'a') : new string('a', length);

        using var answer = await tool.TellAsync(new Dictionary<string, string> { ["version"] = "7.1", [field] = text });

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains($"{field}:", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_viewers_token_may_not_tell_of_a_deploy()
    {
        using var tool = await DeployTool.AsAsync(fixture.Console, "viewer");

        using var answer = await tool.TellAsync(new { Version = "7.2" });

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task A_cookie_alone_tells_of_nothing()
    {
        var operatorSession = await fixture.AsAsync("operator");

        using var answer = await operatorSession.Http.PostAsJsonAsync("/api/deploys", new { Version = "7.3" }, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("Bearer", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }
}
