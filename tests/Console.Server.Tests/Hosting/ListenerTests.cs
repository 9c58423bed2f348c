using System.Net;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;

namespace FleetConsole.Server.Tests.Hosting;

/// <summary>Each listener serves its own and nothing else.</summary>
public sealed class ListenerTests(QuietConsole fixture) : IClassFixture<QuietConsole>
{
    private readonly ConsoleProcess _console = fixture.Console;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metrics_and_health_are_served_on_the_metrics_listener_without_signing_in()
    {
        Assert.Contains("fleetconsole_source_up", await BodyAsync(_console.Metrics, "/metrics"), StringComparison.Ordinal);
        Assert.Equal("Healthy", await BodyAsync(_console.Metrics, "/healthz"));
    }

    [Theory]
    [InlineData("/metrics")]
    [InlineData("/healthz")]
    public async Task Metrics_and_health_are_not_served_to_browsers(string path)
    {
        Assert.True(await StatusAsync(_console.Browser, path) is HttpStatusCode.NotFound or HttpStatusCode.Unauthorized);
        var admin = await _console.SignInAsync("admin");
        Assert.Equal(HttpStatusCode.NotFound, (await admin.Http.GetAsync(path, Cancel)).StatusCode);
    }

    [Theory]
    [InlineData("/metrics")]
    [InlineData("/healthz")]
    public async Task A_forged_Host_header_opens_no_other_listener(string path)
    {
        var forged = _console.Metrics.Authority;
        Assert.True(await StatusAsync(_console.Browser, path, forged) is HttpStatusCode.NotFound or HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(_console.Grpc, path, forged, HttpVersion.Version20));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(_console.Metrics, "/account/sign-in", _console.Browser.Authority));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/latency")]
    [InlineData("/account/sign-in")]
    [InlineData("/captures/1/file")]
    [InlineData("/hubs/changes")]
    [InlineData("/app.css")]
    [InlineData("/nowhere")]
    public async Task Pages_are_served_to_browsers_alone(string path)
    {
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(_console.Metrics, path));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(_console.Grpc, path, version: HttpVersion.Version20));
    }

    [Fact]
    public async Task Every_answer_forbids_framing_and_guessing_of_types()
    {
        using var answer = await _console.Nobody().Http.GetAsync("/account/sign-in", Cancel);

        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
        Assert.Contains("frame-ancestors 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Empty(answer.Headers.Server);
    }

    [Fact]
    public async Task A_script_with_a_token_asks_by_native_gRPC()
    {
        var channel = await _console.Nobody().NativeAsync("viewer");

        var fleet = await Session.Ask(o => new Fleet.FleetClient(channel).GetFleetAsync(new(), o));

        Assert.Equal(QuietConsole.Host, Assert.Single(fleet.Hosts).Host);
    }

    [Fact]
    public async Task A_token_is_also_given_out_on_the_gRPC_listener()
    {
        using var http = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var body = new StringContent($$"""{"user":"viewer","password":"{{Programs.Password}}"}""", System.Text.Encoding.UTF8, "application/json");

        using var answer = await http.PostAsync(new Uri(_console.Grpc, "/account/token"), body, Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_page_asks_by_gRPC_Web_with_its_cookie()
    {
        var viewer = await _console.SignInAsync("viewer");

        var fleet = await Session.Ask(o => viewer.Fleet.GetFleetAsync(new(), o));

        Assert.Equal(QuietConsole.Host, Assert.Single(fleet.Hosts).Host);
    }

    [Fact]
    public async Task The_gRPC_health_check_answers_anybody_on_its_own_listener()
    {
        using var channel = GrpcChannel.ForAddress(_console.Grpc);
        var answer = await Session.Ask(o => new Health.HealthClient(channel).CheckAsync(new(), o));
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, answer.Status);

        var browser = new Health.HealthClient(_console.Nobody().Channel);
        await Assert.ThrowsAsync<RpcException>(() => Session.Ask(o => browser.CheckAsync(new(), o)));
    }

    private static async Task<string> BodyAsync(Uri listener, string path)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(new Uri(listener, path), Cancel);
    }

    private static async Task<HttpStatusCode> StatusAsync(Uri listener, string path, string? host = null, Version? version = null)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(listener, path))
        {
            Version = version ?? HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Host = host;
        using var answer = await http.SendAsync(request, Cancel);
        return answer.StatusCode;
    }
}
