using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FleetConsole.Contracts.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;

namespace FleetConsole.Server.Tests.Harness;

/// <summary>One caller of the console: a browser with its cookies, which also calls as the pages do, by gRPC-Web.</summary>
internal sealed partial class Session : IDisposable
{
    private readonly List<GrpcChannel> _channels = [];

    public Session(ConsoleProcess console)
    {
        Console = console;
        Http = new(Handler(Cookies)) { BaseAddress = console.Browser };
        Web = new(new GrpcWebHandler(GrpcWebMode.GrpcWeb, Handler(Cookies)));
        Channel = Open(console.Browser, Web, HttpVersion.Version11);
    }

    public CookieContainer Cookies { get; } = new();

    public HttpClient Http { get; }

    /// <summary>gRPC-Web through the browsers' listener, with the cookie.</summary>
    public GrpcChannel Channel { get; }

    public Fleet.FleetClient Fleet => new(Channel);

    public Latency.LatencyClient Latency => new(Channel);

    public Findings.FindingsClient Findings => new(Channel);

    public Captures.CapturesClient Captures => new(Channel);

    public Audit.AuditClient Audit => new(Channel);

    public Control.ControlClient Control => new(Channel);

    public Rollouts.RolloutsClient Rollouts => new(Channel);

    public Deploys.DeploysClient Deploys => new(Channel);

    private ConsoleProcess Console { get; }

    private HttpClient Web { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Sends a file by the form of the captures' page.</summary>
    public async Task<HttpResponseMessage> UploadAsync(byte[] content)
    {
        const string Token = "__RequestVerificationToken";
        var token = Hidden().Matches(await Http.GetStringAsync("/captures", Cancel)).First(m => m.Groups[1].Value == Token).Groups[2].Value;
        using var form = new MultipartFormDataContent { { new StringContent(token), Token }, { new ByteArrayContent(content), "file", "brought.bin" } };
        return await Http.PostAsync("/captures/upload", form, Cancel);
    }

    /// <summary>Sends the sign-in page's form as a browser does.</summary>
    public async Task<HttpResponseMessage> PostSignInAsync(string user, string password, string returnUrl = "/")
    {
        var path = $"/account/sign-in?returnUrl={Uri.EscapeDataString(returnUrl)}";
        var page = await Http.GetStringAsync(path, Cancel);
        var fields = Hidden().Matches(page).ToDictionary(m => m.Groups[1].Value, m => WebUtility.HtmlDecode(m.Groups[2].Value), StringComparer.Ordinal);
        using var form = new FormUrlEncodedContent([.. fields, new("Input.User", user), new("Input.Password", password)]);
        return await Http.PostAsync(path, form, Cancel);
    }

    public async Task SignInAsync(string user, string password)
    {
        using var answer = await PostSignInAsync(user, password);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
    }

    /// <summary>The token that a script asks for, and a native gRPC channel that sends it.</summary>
    public async Task<GrpcChannel> NativeAsync(string user)
    {
        using var answer = await Http.PostAsJsonAsync("/account/token", new { User = user, Programs.Password }, Cancel);
        answer.EnsureSuccessStatusCode();
        var token = (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))?["accessToken"]?.GetValue<string>();
        var http = new HttpClient(Handler(new())) { DefaultRequestHeaders = { Authorization = new("Bearer", token) } };
        return Open(Console.Grpc, http, HttpVersion.Version20);
    }

    /// <summary>From now on everything is called with this token; a native channel with it besides.</summary>
    public GrpcChannel Bear(string token)
    {
        Http.DefaultRequestHeaders.Authorization = Web.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return Open(Console.Grpc, new HttpClient(Handler(new())) { DefaultRequestHeaders = { Authorization = new("Bearer", token) } }, HttpVersion.Version20);
    }

    public static Task<T> Ask<T>(Func<CallOptions, AsyncUnaryCall<T>> call) =>
        call(new CallOptions(cancellationToken: Cancel)).ResponseAsync;

    public void Dispose()
    {
        _channels.ForEach(c => c.Dispose());
        Http.Dispose();
    }

    private SocketsHttpHandler Handler(CookieContainer cookies)
    {
        var handler = new SocketsHttpHandler { CookieContainer = cookies, AllowAutoRedirect = false };
        if (Console.Authority is { } authority)
            handler.SslOptions = authority.Trusting();
        return handler;
    }

    private GrpcChannel Open(Uri address, HttpClient http, Version version)
    {
        var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpClient = http,
            DisposeHttpClient = true,
            HttpVersion = version,
            HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        });
        _channels.Add(channel);
        return channel;
    }

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"")]
    private static partial Regex Hidden();
}
