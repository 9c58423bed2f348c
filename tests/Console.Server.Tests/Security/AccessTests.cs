using System.Net;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using static FleetConsole.Server.Tests.Security.AccessTable;

namespace FleetConsole.Server.Tests.Security;

/// <summary>Everything that can be called, tried as everybody.</summary>
public sealed class AccessTests(QuietConsole fixture, Programs programs) : IClassFixture<QuietConsole>
{
    private readonly ConsoleProcess _console = fixture.Console;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> RpcsAsEverybody =>
        [.. from rpc in Descriptors() from role in Roles select (rpc, role)];

    public static TheoryData<string, string> RoutesAsEverybody =>
        [.. from route in Routes.Keys from role in Roles select (route, role)];

    [Fact]
    public void Every_RPC_of_the_contract_stands_in_the_table() =>
        Assert.Equal(Descriptors().Order(StringComparer.Ordinal), Rpcs.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public async Task Every_route_that_the_console_maps_stands_in_the_table_by_each_of_its_methods()
    {
        await using var other = new ConsoleProcess(programs, "http://127.0.0.1:9");
        other.Section("Logging")["LogLevel"] = new System.Text.Json.Nodes.JsonObject { ["Default"] = "None" };
        var mapped = (await MappedRoutes.ReadAsync(other.WriteConfig())).Where(route => !OfTheFramework(route)).SelectMany(CallsOf).Distinct();

        Assert.Equal(Routes.Keys.Concat(Rpcs.Keys.Select(rpc => $"POST {rpc}")).Order(StringComparer.Ordinal), mapped.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(RpcsAsEverybody))]
    public async Task An_RPC_answers_those_who_may_and_nobody_else(string rpc, string role)
    {
        var web = (await fixture.AsAsync(role)).Channel;
        Assert.Equal(Expected(rpc, role), Outcome(await CodeAsync(web, rpc)));
        if (role == "nobody")
        {
            using var native = GrpcChannel.ForAddress(_console.Grpc);
            Assert.Equal(StatusCode.Unauthenticated, await CodeAsync(native, rpc));
        }
        else
        {
            Assert.Equal(Expected(rpc, role), Outcome(await CodeAsync(await fixture.NativeAsync(role), rpc)));
        }
    }

    [Theory]
    [MemberData(nameof(RoutesAsEverybody))]
    public async Task A_route_answers_those_who_may_and_nobody_else(string route, string role)
    {
        var caller = await fixture.AsAsync(role);
        var parts = route.Split(' ');
        using var request = new HttpRequestMessage(new HttpMethod(parts[0]), parts[1].Replace("{Name}", QuietConsole.Host, StringComparison.Ordinal)
            .Replace("{id:long}", "1", StringComparison.OrdinalIgnoreCase));
        if (parts[0] == "POST")
            request.Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        using var answer = await caller.Http.SendAsync(request, Cancel);

        if (May(role, Routes[route]))
            Assert.False(answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, $"{answer.StatusCode}");
        else
            Assert.Equal(IsNobody(role) ? HttpStatusCode.Unauthorized : HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task A_person_without_a_session_is_led_to_the_sign_in_page_and_back()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/latency?range=6h");
        request.Headers.Accept.ParseAdd("text/html");
        using var answer = await _console.Nobody().Http.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal("/account/sign-in?returnUrl=%2Flatency%3Frange%3D6h", answer.Headers.Location?.PathAndQuery);
    }

    // A route that names no method answers every one.
    private static IEnumerable<string> CallsOf(RouteEndpoint route) =>
        (route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET", "POST"]).Select(verb => $"{verb} {route.RoutePattern.RawText}");

    private static bool OfTheFramework(RouteEndpoint route)
    {
        var pattern = route.RoutePattern.RawText ?? "";
        return route.Metadata.GetMetadata<StaticAssetDescriptor>() is not null

            // What gRPC answers for names it does not have, its own health check, and what the framework serves to
            // WebAssembly: the list of the static assets, and a file that is not there.
            || pattern.EndsWith("{unimplementedMethod:grpcunimplemented}", StringComparison.Ordinal)
            || pattern.StartsWith("/grpc.health.v1.Health/", StringComparison.Ordinal)
            || pattern.StartsWith("_framework/resource-collection", StringComparison.Ordinal)
            || pattern is "{**path:file}" or "/metrics" or "/healthz";
    }

    private static StatusCode? Expected(string rpc, string role) => May(role, Rpcs[rpc])
        ? null
        : IsNobody(role) ? StatusCode.Unauthenticated : StatusCode.PermissionDenied;

    private static bool IsNobody(string role) => role is "nobody" or QuietConsole.Expired;

    private static StatusCode? Outcome(StatusCode code) => code is StatusCode.Unauthenticated or StatusCode.PermissionDenied ? code : null;

    // An empty request: whoever may call gets an answer or a complaint about the request, never a refusal of the caller.
    private static async Task<StatusCode> CodeAsync(GrpcChannel channel, string rpc)
    {
        try
        {
            await CallAsync(channel, rpc, []);
            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            Assert.False(e.StatusCode is StatusCode.Unknown or StatusCode.Internal or StatusCode.Unimplemented, e.Message);
            return e.StatusCode;
        }
    }

    internal static async Task CallAsync(GrpcChannel channel, string rpc, byte[] request)
    {
        var parts = rpc.Split('/');
        var bytes = Marshallers.Create<byte[]>(b => b, b => b);
        var method = new Method<byte[], byte[]>(MethodType.Unary, parts[1], parts[2], bytes, bytes);
        using var call = channel.CreateCallInvoker().AsyncUnaryCall(method, null, new CallOptions(cancellationToken: Cancel), request);
        await call.ResponseAsync;
    }

    internal static IEnumerable<FileDescriptor> Files() => typeof(FleetReply).Assembly.GetTypes().Where(type => type.Name.EndsWith("Reflection", StringComparison.Ordinal))
        .Select(type => type.GetProperty("Descriptor")?.GetValue(null)).OfType<FileDescriptor>().Where(file => file.Package == "fleetconsole.v1");

    private static IEnumerable<string> Descriptors() =>
        from file in Files()
        from service in file.Services
        from method in service.Methods
        select $"/{service.FullName}/{method.Name}";
}
