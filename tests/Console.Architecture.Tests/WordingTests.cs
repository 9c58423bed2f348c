using System.Text.RegularExpressions;
using FleetConsole.Architecture.Tests.Harness;

namespace FleetConsole.Architecture.Tests;

/// <summary>What does not stand in the source.</summary>
public sealed partial class WordingTests
{
    [Fact]
    public void Time_comes_from_a_TimeProvider() => Allowed.None(FilesWith(WallClock()));

    [Fact]
    public void Nothing_waits_by_sleeping() => Allowed.Only(
        [
            new("src/Console.Agent/Supervisors/ChildProcessSupervisor.cs",
                "a grace period is a wait by definition; each runs on the injected clock and is raced against what it waits for"),
            new("src/Console.Agent/Supervisors/ChildProcessSupervisor.Reload.cs", "the same grace period, after SIGHUP"),
            new("src/Console.Agent/Supervisors/Handover.cs", "a pid file tells nobody that it was written; it is looked at by the injected clock, until the old process ends or the limit"),
            new("src/Console.Agent/Systemd/SystemdSupervisor.cs", "systemctl tells only who asks; the pace runs on the injected clock and is raced against the end of the process"),
            new("src/Console.Agent/Dumps/FileLog.cs", "a log writer behind its server tells nobody when it has caught up; quiet for two seconds is the end"),
            new("src/Console.Agent/StatusReport.cs", "a heartbeat is a wait by definition; it is raced against the next change"),
        ],
        FilesWith(Sleep()));

    [Fact]
    public void Nothing_blocks_on_a_task() => Allowed.Only(
        [
            new("src/Console.Agent/Commands/CommandEntry.cs", "read only once the task has ended"),
            new("src/Console.Client/Features/Control/CommandsPage.razor.cs", "MudBlazor's name for the task of a dialog's answer, which is awaited"),
            new("src/Console.Client/Features/Control/HostActions.razor.cs", "MudBlazor's name for the task of a dialog's answer, which is awaited"),
        ],
        FilesWith(Blocking()));

    [Fact]
    public void Nothing_is_async_void() => Allowed.None(FilesWith(AsyncVoid()));

    [Fact]
    public void Nobody_catches_what_they_cannot_name() => Allowed.Only(
        [
            new("src/Console.Server/Features/Control/CommandRunner.cs",
                "the worker of commands: a command whose end is never written would hold its host for ever; it is logged and ends as unknown"),
            new("src/Console.Server/Features/Control/Rollouts/RolloutRunner.cs",
                "the worker of rolling restarts: one that is left running would end the console again at each start; it is logged and stopped"),
            new("src/Console.Server/Sources/Watch/Rounds.cs", "the loop of every watch: logged, counted, and the next round comes at its own pace"),
        ],
        FilesWith(BroadCatch()));

    [Fact]
    public void Nothing_is_left_to_be_done() =>
        Allowed.None(Repository.Files("src", ".cs", ".razor", ".js", ".css", ".proto", ".csproj")
            .Concat(Repository.Files("tests", ".cs", ".csproj").Where(file => !file.Path.StartsWith("tests/Console.Architecture.Tests/", StringComparison.Ordinal)))
            .Where(file => Unfinished().IsMatch(file.Text)).Select(file => file.Path));

    [Fact]
    public void No_type_is_named_for_nothing_in_particular() =>
        Allowed.None(Compiled.All.SelectMany(project => project.Names)
            .Where(name => Vague().IsMatch(name) && !name.StartsWith("System.Text.RegularExpressions.Generated.", StringComparison.Ordinal)));

    [Fact]
    public void The_Prometheus_client_knows_no_metric()
    {
        var files = Repository.Files("src/Console.Server/Sources/Prometheus", ".cs");

        Assert.NotEmpty(files);
        Allowed.None(files.SelectMany(file => Metric().Matches(file.Text).Select(metric => $"{file.Path}: {metric.Value}")));
    }

    [Theory]
    [InlineData("grpc_server_handling_seconds", true)]
    [InlineData("gitaly_commands_running", true)]
    [InlineData("query_range", false)]
    public void A_metric_is_known_by_its_name(string text, bool metric) => Assert.Equal(metric, Metric().IsMatch(text));

    [Theory]
    [InlineData("catch (Exception)\n{", true)]
    [InlineData("catch (System.Exception e)\n{", true)]
    [InlineData("catch\n{", true)]
    [InlineData("catch { }", true)]
    [InlineData("catch (Exception e) when (e is IOException)\n{", false)]
    [InlineData("catch (Exception e) when (!stopping)\n{", true)]
    [InlineData("catch (IOException)\n{", false)]
    public void A_catch_is_broad_unless_it_or_its_filter_names_a_type(string code, bool broad) => Assert.Equal(broad, BroadCatch().IsMatch(code));

    private static IEnumerable<string> FilesWith(Regex pattern) =>
        Repository.Files("src", ".cs", ".razor").Where(file => pattern.IsMatch(file.Text)).Select(file => file.Path);

    [GeneratedRegex(@"\bDateTime(Offset)?\.(Utc)?(Now|Today)\b")]
    private static partial Regex WallClock();

    [GeneratedRegex(@"\b(Task\.Delay|Thread\.Sleep)\b")]
    private static partial Regex Sleep();

    [GeneratedRegex(@"\.Result\b(?!\s*=)|\.GetAwaiter\(\)\.GetResult\(\)|\.Wait\(\)")]
    private static partial Regex Blocking();

    [GeneratedRegex(@"\basync void\b")]
    private static partial Regex AsyncVoid();

    [GeneratedRegex(@"\bcatch\s*(\(\s*(System\.)?Exception(\s+\w+)?\s*\)\s*(when\s*\((?!.*\bis\b).*\s*)?)?\{")]
    private static partial Regex BroadCatch();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"(Manager|Helpers?|Utils?|Utilities|Common|BaseService)$|\.(Common|Helpers|Utils)\.")]
    private static partial Regex Vague();

    [GeneratedRegex(@"\b(gitaly|gitlab|grpc|process|container|go)_[a-z_]+|\b[a-z]+(_[a-z]+)*_(total|seconds|bytes|bucket|info)\b")]
    private static partial Regex Metric();
}
