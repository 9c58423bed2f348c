using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Features.Captures.Rules;
using FleetConsole.Server.Sources;
using FleetConsole.Server.Sources.Watch;
using FleetConsole.Server.Storage;
using FleetConsole.Server.Tests.Harness;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace FleetConsole.Server.Tests.Features.Captures;

/// <summary>The watch over the rules, with a Prometheus that answers <c>on_git_1</c> with that host, and a taker that the test holds up.</summary>
public sealed class CaptureRuleWatchTests : IAsyncLifetime
{
    private static readonly CaptureRuleOptions Rule = new() { Name = "a", CoolDownMinutes = 60, PerHostPerDay = 2, PerDay = 3 };
    private readonly FakeTimeProvider _time = new(new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero));
    private readonly Taker _taker = new();
    private readonly RuleRefusals _refusals = new();
    private FakePrometheus? _prometheus;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private FakePrometheus Prometheus => _prometheus ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync()
    {
        _prometheus = await FakePrometheus.StartAsync();
        _prometheus.Instead = (context, query) => context.Response.WriteAsJsonAsync(new JsonObject
        {
            ["status"] = "success",
            ["data"] = new JsonObject
            {
                ["resultType"] = "vector",
                ["result"] = new JsonArray([.. query.PromQl.Split(" or ").Select(Sample)]),
            },
        });
    }

    public ValueTask DisposeAsync() => Prometheus.DisposeAsync();

    [Fact]
    public async Task A_capture_that_takes_long_holds_up_no_other_rule_and_no_other_host_and_ends_with_the_console()
    {
        using var desk = new RuleDesk(Prometheus.Url, _time, RuleDesk.PromQl("slow", "on_git_1"), RuleDesk.PromQl("other", "on_git_1 or on_git_2"));
        _taker.IsSlow = true;
        using var watch = Watch(desk);

        await watch.StartAsync(Cancel);
        await Wait.UntilAsync("both hosts are looked at", () => _taker.Taken.Count == 2);

        Assert.Equal(["slow git-1", "other git-2"], _taker.Taken);
        Assert.Equal(("git-1", "the rule slow has something taken of it"), (_refusals.Last("other")?.Host, _refusals.Last("other")?.Why));

        // Looked at again, it is still one at a time.
        var asked = Prometheus.Asked.Count;
        _time.Advance(TimeSpan.FromSeconds(2));
        await Wait.UntilAsync("the rules are looked at again", () => Prometheus.Asked.Count >= asked + 2);
        Assert.Equal(2, _taker.Taken.Count);
        await watch.StopAsync(Cancel);
        Assert.True(_taker.Cancelled);
    }

    [Fact]
    public async Task What_refused_a_rule_last_is_told_with_its_time()
    {
        using var desk = new RuleDesk(Prometheus.Url, _time, RuleDesk.PromQl("a", "on_git_1"));
        _taker.Refusal = "Hosts:AgentAddress is empty.";
        using var watch = Watch(desk);
        await watch.StartAsync(Cancel);
        await Wait.UntilAsync("it was refused", () => _refusals.Last("a") is not null);

        var rule = Assert.Single((await new CaptureRulesFeature(desk.Book, _refusals, _time).ListCaptureRulesAsync(Cancel)).Rules);

        Assert.Equal(("git-1", "Hosts:AgentAddress is empty.", _time.GetUtcNow()), (rule.Refused.Host, rule.Refused.Why, rule.Refused.At.ToDateTimeOffset()));
        await watch.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_cool_down_of_days_is_kept()
    {
        using var desk = new RuleDesk(Prometheus.Url, _time, new CaptureRuleOptions { Name = "a", When = CaptureTriggers.PromQl, Expression = "on_git_1", Take = ["profile"], CoolDownMinutes = 3 * 24 * 60 });
        await AddAsync(desk, hoursAgo: 50, CommandPhase.Succeeded);
        using var watch = Watch(desk);
        await watch.StartAsync(Cancel);
        await Wait.UntilAsync("it was refused", () => _refusals.Last("a") is not null);

        Assert.Equal("it cools down there until 2026-11-28 10:00:00Z", _refusals.Last("a")?.Why);
        Assert.Empty(_taker.Taken);
        Assert.Empty((await new CaptureRulesFeature(desk.Book, _refusals, _time).ListCaptureRulesAsync(Cancel)).Rules[0].Fired);
        await watch.StopAsync(Cancel);
    }

    [Fact]
    public async Task Attempts_that_failed_leave_the_day_its_firings()
    {
        using var desk = new RuleDesk(Prometheus.Url, _time, RuleDesk.PromQl("a", "on_git_1"));
        for (var i = 0; i < 4; i++)
            await AddAsync(desk, hoursAgo: 1 + i, CommandPhase.Failed);
        using var watch = Watch(desk);

        await watch.StartAsync(Cancel);
        await Wait.UntilAsync("it fires", () => _taker.Taken.Count == 1);

        Assert.All((await desk.Book.FiredAsync(desk.Book.Rules[0], Cancel)), firing => Assert.True(firing.Failed));
        await watch.StopAsync(Cancel);
    }

    [Theory]
    [InlineData("30", "it cools down there until 2026-11-27 12:30:00Z")]
    [InlineData("61", null)]
    [InlineData("61 200", "it has fired there 2 times within a day, as often as PerHostPerDay allows")]
    [InlineData("61 other:70 other:80", "it has fired 3 times in the fleet within a day, as often as PerDay allows")]
    [InlineData("61 1500", null)]
    [InlineData("-5", "it cools down there until 2026-11-27 12:05:00Z")]
    [InlineData("-11 -22 -33 -44", null)]
    [InlineData("-11 -22 -33 -44 -55", "5 attempts there have failed within a day")]
    [InlineData("61 -11 -22", null)]
    [InlineData("other:-1 other:-2 other:-3 other:-4 other:-5", null)]
    public void A_rule_says_which_limit_it_has_reached(string minutesAgo, string? why)
    {
        // A minus: it failed.
        var before = minutesAgo.Split(' ').Select(text => text.Split(':')).Select(parts =>
        {
            var minutes = int.Parse(parts[^1], CultureInfo.InvariantCulture);
            return new Firing(parts.Length > 1 ? parts[0] : "git-1", _time.GetUtcNow().AddMinutes(-Math.Abs(minutes)), 1, minutes < 0);
        }).ToList();

        Assert.Equal(why, FiringLimits.Refusal(Rule, before, "git-1", _time.GetUtcNow()));
    }

    private static JsonObject Sample(string name) => new()
    {
        ["metric"] = new JsonObject { ["instance"] = name["on_".Length..].Replace('_', '-') },
        ["value"] = new JsonArray(FakePrometheus.Now, "5"),
    };

    private CaptureRuleWatch Watch(RuleDesk desk) => new(desk.Book, _taker, _refusals, new Rounds(_time, NullLogger<Rounds>.Instance), _time, NullLogger<CaptureRuleWatch>.Instance);

    private async Task AddAsync(RuleDesk desk, double hoursAgo, CommandPhase phase)
    {
        await using var db = desk.Database.CreateDbContext();
        var at = _time.GetUtcNow().AddHours(-hoursAgo);
        db.Commands.Add(new CommandRow
        {
            Id = $"{hoursAgo}",
            Host = "git-1",
            Action = "profile",
            Reason = "",
            RequestedBy = "rule a",
            RemoteAddress = "",
            RequestedAt = at,
            IdempotencyKey = $"{hoursAgo}-0",
            Seconds = 10,
            Phase = phase,
            EndedAt = at,
        });
        await db.SaveChangesAsync(Cancel);
    }

    private sealed class Taker : ICaptureTaker
    {
        public ConcurrentQueue<string> Taken { get; } = [];

        /// <summary>Captures take for ever.</summary>
        public bool IsSlow { get; set; }

        public string? Refusal { get; set; }

        public bool Cancelled { get; private set; }

        public async Task<string?> TakeAsync(string host, string rule, string reason, IReadOnlyList<string> kinds, CancellationToken cancellationToken)
        {
            Taken.Enqueue($"{rule} {host}");
            if (IsSlow)
            {
                var ended = new TaskCompletionSource();
                await using var end = cancellationToken.Register(() => Cancelled = ended.TrySetCanceled(cancellationToken));
                await ended.Task;
            }

            return Refusal;
        }
    }
}
