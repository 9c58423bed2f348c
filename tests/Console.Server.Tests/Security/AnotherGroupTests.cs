using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace FleetConsole.Server.Tests.Security;

/// <summary>A console with somebody who has every permission on hosts of another group, and something of each kind to decide about.</summary>
public sealed class AnotherGroupFleet(Programs programs) : CommandFleet(programs)
{
    internal const string Outsider = "outsider";

    internal override void Configure(ConsoleProcess console)
    {
        base.Configure(console);
        console.Section("Control")["TwoPeople"] = new JsonArray(new JsonObject { ["Actions"] = new JsonArray("restart") });
        console.Section("Access")["Groups"] = new JsonObject { ["elsewhere"] = new JsonArray("elsewhere-*") };
        console.Section("Access")["Roles"] = new JsonObject
        {
            [Outsider] = new JsonObject { ["Groups"] = new JsonArray("elsewhere"), ["Permissions"] = new JsonArray([.. Contracts.Permissions.All.Select(p => JsonValue.Create(p))]) },
        };
    }
}

/// <summary>Whoever holds every permission on other hosts does nothing to this one: by gRPC, by JSON, and what was taken from it stays unread.</summary>
public sealed class AnotherGroupTests(AnotherGroupFleet fleet) : IClassFixture<AnotherGroupFleet>, IAsyncLifetime
{
    private string _host = "";
    private string _waiting = "";
    private string _rollout = "";
    private long _capture;
    private Session? _outsider;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static IEnumerable<MethodDescriptor> Methods => AccessTests.Files().SelectMany(file => file.Services).SelectMany(service => service.Methods);

    private Session Outsider => _outsider ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync()
    {
        _host = await fleet.HostAsync();
        fleet.Agent.Profiles = (_, to) => FakeAgent.SendAsync(to, File.ReadAllBytes(Path.Join(AppContext.BaseDirectory, "Golden", "profiles", "cpu-8s.pb.gz")), CommandFleet.OldStart);
        var taken = (await fleet.ProfileAsync(_host)).Id;
        _capture = (await Wait.ForAsync("the command names its capture", () => fleet.ViewAsync(taken), view => view.CaptureId > 0)).CaptureId;
        _waiting = (await fleet.RestartAsync(_host)).Id;
        var start = new StartRolloutRequest { Hosts = { _host }, BatchSize = 1, ConfirmHost = _host, Reason = "a test", IdempotencyKey = CommandFleet.NewKey() };
        _rollout = (await Session.Ask(o => fleet.Operator.Rollouts.StartRolloutAsync(start, o))).Id;
        await fleet.Console.CommandAsync(["users", "add", AnotherGroupFleet.Outsider, "--role", AnotherGroupFleet.Outsider], Programs.Password + "\n");
        _outsider = await fleet.Console.SignInAsync(AnotherGroupFleet.Outsider);
    }

    public async ValueTask DisposeAsync() =>
        await Session.Ask(o => fleet.Operator.Rollouts.AbortRolloutAsync(new() { RolloutId = _rollout, Reason = "the test is over" }, o));

    [Fact]
    public async Task Every_RPC_that_does_something_to_a_host_or_reads_what_was_taken_from_it_is_refused()
    {
        foreach (var method in Methods)
        {
            var answer = await Record.ExceptionAsync(() => AccessTests.CallAsync(Outsider.Channel, PathOf(method), Fill(method.InputType).ToByteArray())) as RpcException;
            if (AccessTable.OnHost(PathOf(method), AccessTable.Rpcs[PathOf(method)]))
                Refused(method, answer?.StatusCode, answer?.Status.Detail ?? "");
            else
                Assert.False(answer?.StatusCode is StatusCode.PermissionDenied or StatusCode.Unauthenticated, $"{method.FullName}: {answer?.Status}");
        }

        Assert.Equal(CommandPhase.AwaitingApproval, (await fleet.ViewAsync(_waiting)).Phase);
    }

    [Fact]
    public async Task Every_route_that_does_is_refused_by_cookie_and_by_token()
    {
        using var asked = await Outsider.Http.PostAsJsonAsync("/account/token", new { User = AnotherGroupFleet.Outsider, Programs.Password }, Cancel);
        using var script = fleet.Console.Nobody();
        script.Bear((await asked.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["accessToken"]!.GetValue<string>());
        foreach (var (route, needs) in AccessTable.Routes)
        {
            var (verb, path) = (route.Split(' ')[0], route.Split(' ')[1]);
            var method = Methods.SingleOrDefault(method => verb == "POST" && Post(method) == path);
            using var request = new HttpRequestMessage(new HttpMethod(verb), Filled(path));
            if (verb == "POST")
                request.Content = new StringContent(method is null ? "{}" : BodyOf(method), System.Text.Encoding.UTF8, "application/json");
            using var answer = await (path.StartsWith("/api/", StringComparison.Ordinal) ? script : Outsider).Http.SendAsync(request, Cancel);

            Assert.True(AccessTable.OnHost(route, needs) == answer.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized, $"{route}: {answer.StatusCode}");
            if (AccessTable.OnHost(route, needs) && method is not null)
                Refused(method, StatusCode.PermissionDenied, await answer.Content.ReadAsStringAsync(Cancel));
        }

        foreach (var form in new[] { "file", "pprof" })
        {
            using var own = await fleet.Operator.Http.GetAsync($"/captures/{_capture}/{form}", Cancel);
            Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        }
    }

    private string Filled(string path) => path
        .Replace("{host}", _host, StringComparison.Ordinal).Replace("{Name}", _host, StringComparison.Ordinal)
        .Replace("{id:long}", string.Create(CultureInfo.InvariantCulture, $"{_capture}"), StringComparison.OrdinalIgnoreCase)
        .Replace("{command_id}", _waiting, StringComparison.Ordinal).Replace("{rollout_id}", _rollout, StringComparison.Ordinal);

    // By the names of the contract's fields, so that a call that is added is filled and tried too.
    private IMessage Fill(MessageDescriptor type)
    {
        var json = new JsonObject();
        foreach (var field in type.Fields.InDeclarationOrder())
        {
            JsonNode? value = field.Name switch
            {
                "host" or "confirm_host" => _host,
                "hosts" => new JsonArray(_host),
                "reason" => "a test",
                "idempotency_key" => CommandFleet.NewKey(),
                "command_id" => _waiting,
                "rollout_id" => _rollout,
                "capture_id" => _capture,
                "capture_ids" => new JsonArray(_capture),
                "seconds" or "batch_size" or "confirm_count" => 1,
                "rung" => "RUNG_GOROUTINES",
                _ => null,
            };
            if (value is not null)
                json[field.JsonName] = value;
        }

        return type.Parser.ParseJson(json.ToJsonString());
    }

    private void Refused(MethodDescriptor method, StatusCode? status, string detail)
    {
        Assert.True(status == StatusCode.PermissionDenied, $"{method.FullName}: {status} {detail}");
        Assert.Contains($"on {_host}", detail, StringComparison.Ordinal);
    }

    private string BodyOf(MethodDescriptor method)
    {
        var body = JsonNode.Parse(JsonFormatter.Default.Format(Fill(method.InputType)))!.AsObject();
        foreach (var inPath in new[] { "host", "commandId", "rolloutId" })
            body.Remove(inPath);
        return body.ToJsonString();
    }

    private static string PathOf(MethodDescriptor method) => $"/{method.Service.FullName}/{method.Name}";

    private static string Post(MethodDescriptor method) => method.GetOptions()?.GetExtension(Google.Api.AnnotationsExtensions.Http)?.Post ?? "";
}
