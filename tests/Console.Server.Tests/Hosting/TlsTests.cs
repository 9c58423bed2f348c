using System.Net;
using System.Security.Cryptography.X509Certificates;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Hosting;

/// <summary>The console under TLS: HTTP/2 for browsers, and cookies that never go out in the clear.</summary>
public sealed class TlsTests(Programs programs) : IAsyncLifetime
{
    private readonly TestAuthority _authority = new();
    private readonly TempFolder _folder = new();
    private FakePrometheus? _prometheus;
    private ConsoleProcess? _console;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ConsoleProcess Console => _console ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync()
    {
        _prometheus = await FakePrometheus.StartAsync();
        _prometheus.Run("git-1", FakePrometheus.Now - 3600);
        _console = new(programs, _prometheus.Url) { Authority = _authority };
        using var certificate = _authority.IssueServer();
        foreach (var listener in new[] { "Browser", "Grpc" })
        {
            var endpoint = _console.Section("Endpoints")[listener]!.AsObject();
            endpoint["Url"] = "https://127.0.0.1:0";
            endpoint["CertificateFile"] = _folder.Write("console.crt", certificate.ExportCertificatePem());
            endpoint["KeyFile"] = _folder.Write("console.key", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        }

        await _console.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_console is not null)
            await _console.DisposeAsync();
        if (_prometheus is not null)
            await _prometheus.DisposeAsync();
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Cookies_are_Secure_HttpOnly_and_SameSite()
    {
        var session = Console.Nobody();
        using var page = await session.Http.GetAsync("/account/sign-in", Cancel);
        using var answer = await session.PostSignInAsync("operator", Programs.Password);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);

        var cookies = page.Headers.GetValues("Set-Cookie").Concat(answer.Headers.GetValues("Set-Cookie")).ToList();
        Assert.Contains(cookies, cookie => cookie.StartsWith("fleetconsole=", StringComparison.Ordinal));
        Assert.All(cookies, cookie =>
        {
            var attributes = cookie.ToLowerInvariant().Split("; ");
            Assert.Contains("secure", attributes);
            Assert.Contains("httponly", attributes);
            Assert.Contains(attributes, attribute => attribute is "samesite=lax" or "samesite=strict");
        });
    }

    [Fact]
    public async Task A_page_is_served_by_HTTP_2_and_by_HTTP_1_1()
    {
        foreach (var version in new[] { HttpVersion.Version20, HttpVersion.Version11 })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/account/sign-in") { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using var answer = await Console.Nobody().Http.SendAsync(request, Cancel);
            Assert.Equal((HttpStatusCode.OK, version), (answer.StatusCode, answer.Version));
        }
    }

    [Fact]
    public async Task A_page_and_a_script_ask_for_the_fleet()
    {
        using var person = await Console.SignInAsync("viewer");
        await Wait.UntilAsync("the host is known", async () => (await Session.Ask(o => person.Fleet.GetFleetAsync(new(), o))).Hosts.Count == 1);
        var native = await Console.Nobody().NativeAsync("viewer");

        Assert.Single((await Session.Ask(o => new Fleet.FleetClient(native).GetFleetAsync(new(), o))).Hosts);
    }
}
