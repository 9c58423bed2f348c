using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Hosting;
using FleetConsole.Server.Tests.Harness;
using Grpc.Core;

namespace FleetConsole.Server.Tests.Features.Control;

/// <summary>The control interface as JSON over HTTP, by scripts with tokens.</summary>
public sealed class JsonApiTests(CommandFleet fleet, Programs programs) : IClassFixture<CommandFleet>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_script_restarts_a_host_and_follows_the_command()
    {
        var host = await fleet.HostAsync();
        fleet.Prometheus.Run(host, CommandFleet.NewStart);
        using var http = await ScriptAsync("operator");
        var body = new { reason = "a script", idempotencyKey = CommandFleet.NewKey(), confirmHost = host, skipEvidence = true };

        var (status, taken) = await PostAsync(http, $"/api/v1/hosts/{host}/restart", body);
        Assert.Equal(HttpStatusCode.OK, status);
        var id = taken["id"]!.GetValue<string>();
        await fleet.EndOfAsync(id);
        var end = await http.GetFromJsonAsync<JsonObject>($"/api/v1/commands/{id}", Cancel);

        Assert.Equal("COMMAND_PHASE_SUCCEEDED", end!["phase"]!.GetValue<string>());
        Assert.EndsWith(", token one hour", (await fleet.AuditAsync(id))[0].RemoteAddress, StringComparison.Ordinal);

        // A replay is the same command; with other arguments it is a conflict.
        Assert.Equal(id, (await PostAsync(http, $"/api/v1/hosts/{host}/restart", body)).Answer["id"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(http, $"/api/v1/hosts/{host}/restart", body with { reason = "another" })).Status);
    }

    [Fact]
    public async Task What_is_wrong_gets_its_status_and_a_message()
    {
        using var http = await ScriptAsync("operator");
        var missing = await PostAsync(http, "/api/v1/hosts/no-such-host/restart", new { reason = "a script", idempotencyKey = CommandFleet.NewKey(), confirmHost = "no-such-host" });
        Assert.Equal((HttpStatusCode.NotFound, "There is no host \"no-such-host\"."), (missing.Status, missing.Answer["message"]!.GetValue<string>()));
        var vague = await PostAsync(http, "/api/v1/hosts/no-such-host/restart", new { reason = "", idempotencyKey = CommandFleet.NewKey() });
        Assert.Equal(HttpStatusCode.BadRequest, vague.Status);

        using var viewer = await ScriptAsync("viewer");
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(viewer, "/api/v1/hosts/x/restart", new { })).Status);
        using var nobody = new HttpClient { BaseAddress = fleet.Console.Browser };
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(nobody, "/api/v1/hosts/x/restart", new { })).Status);
    }

    [Fact]
    public async Task A_reason_of_ten_megabytes_is_refused_before_it_is_read()
    {
        using var http = await ScriptAsync("operator");
        using var body = new StringContent($$"""{"reason": "{{new string('x', 10 * 1024 * 1024)}}"}""", System.Text.Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/hosts/x/restart") { Content = body };

        // The answer comes before the body is sent: its announced length is enough.
        request.Headers.ExpectContinue = true;
        using var answer = await http.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("1048576 are allowed. Nothing was done.", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_of_ten_megabytes_that_announces_no_length_is_refused_too()
    {
        using var http = await ScriptAsync("operator");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/hosts/x/restart") { Content = new StringContent($$"""{"reason": "{{new string('x', 10 * 1024 * 1024)}}"}""", System.Text.Encoding.UTF8, "application/json") };
        request.Headers.TransferEncodingChunked = true;
        using var answer = await http.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal("The request has more than 1048576 bytes, which are allowed. Nothing was done.", await answer.Content.ReadAsStringAsync(Cancel));
    }

    [Theory]
    [InlineData("--option", HttpStatusCode.NotFound, "There is no host \"--option\".")]
    [InlineData("git-1\nrm", HttpStatusCode.BadRequest, "Name a host: 1 to 256 characters without line breaks.")]
    public async Task A_host_that_is_none_is_refused_with_words_and_nothing_is_done(string host, HttpStatusCode status, string words)
    {
        using var http = await ScriptAsync("operator");
        var acted = fleet.Agent.Acted.Count;
        foreach (var (action, body) in new (string, object)[]
        {
            ("hosts/{0}/restart", new { reason = "a script", idempotencyKey = CommandFleet.NewKey(), confirmHost = host }),
            ("hosts/{0}/reload", new { reason = "a script", idempotencyKey = CommandFleet.NewKey(), confirmHost = host }),
            ("hosts/{0}/profile", new { reason = "a script", idempotencyKey = CommandFleet.NewKey(), seconds = 1 }),
            ("hosts/{0}/dump", new { reason = "a script", idempotencyKey = CommandFleet.NewKey(), rung = "RUNG_GOROUTINES" }),
            ("hosts/{0}/dump", new { reason = "a script", idempotencyKey = CommandFleet.NewKey(), rung = "RUNG_ABORT", confirmHost = host }),
            ("rollouts", new { reason = "a script", idempotencyKey = CommandFleet.NewKey(), hosts = new[] { host }, batchSize = 1, confirmHost = host }),
        })
        {
            var (answered, answer) = await PostAsync(http, $"/api/v1/{action.Replace("{0}", Uri.EscapeDataString(host), StringComparison.Ordinal)}", body);
            Assert.Equal((status, words), (answered, answer["message"]?.GetValue<string>()));
        }

        Assert.Equal(acted, fleet.Agent.Acted.Count);
        Assert.DoesNotContain((await Session.Ask(o => fleet.Operator.Audit.ListAuditAsync(new(), o))).Entries, row => row.Host == host);
    }

    [Fact]
    public async Task A_message_of_half_a_megabyte_is_refused_by_gRPC_too()
    {
        var request = new RestartHostRequest { Host = "x", ConfirmHost = "x", Reason = new string('x', 512 * 1024), IdempotencyKey = CommandFleet.NewKey() };

        var refused = await CommandFleet.RefusedAsync(() => Session.Ask(o => fleet.Operator.Control.RestartAsync(request, o)));

        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
    }

    [Fact]
    public async Task A_cookie_is_no_token_and_a_page_of_elsewhere_gives_no_command()
    {
        using var byCookie = await fleet.Operator.Http.PostAsJsonAsync("/api/v1/hosts/x/restart", new { }, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, byCookie.StatusCode);
        Assert.Contains("Send a token", await byCookie.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);

        foreach (var (header, value) in new[] { ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Origin", "https://evil.example"), ("Origin", "null") })
        {
            using var forged = new HttpRequestMessage(HttpMethod.Post, "/fleetconsole.v1.Control/Restart") { Content = new ByteArrayContent([0, 0, 0, 0, 0]) };
            forged.Content.Headers.ContentType = new("application/grpc-web");
            forged.Headers.Add(header, value);
            using var answer = await fleet.Operator.Http.SendAsync(forged, Cancel);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }
    }

    [Fact]
    public async Task The_description_names_every_route_that_is_served_and_no_other()
    {
        using var http = await ScriptAsync("viewer");
        var described = (await http.GetFromJsonAsync<JsonObject>(OpenApi.Path, Cancel))!["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(verb => $"{verb.Key.ToUpperInvariant()} {path.Key}"));

        await using var other = new ConsoleProcess(programs, "http://127.0.0.1:9");
        other.Section("Logging")["LogLevel"] = new JsonObject { ["Default"] = "None" };
        var mapped = (await MappedRoutes.ReadAsync(other.WriteConfig())).Where(route => route.RoutePattern.RawText!.StartsWith("/api/v1/", StringComparison.Ordinal))
            .SelectMany(route => route.Metadata.GetMetadata<Microsoft.AspNetCore.Routing.HttpMethodMetadata>()!.HttpMethods.Select(verb => $"{verb} {route.RoutePattern.RawText}"));

        Assert.Equal(mapped.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    private async Task<HttpClient> ScriptAsync(string user)
    {
        using var answer = await fleet.Operator.Http.PostAsJsonAsync("/account/token", new { user, Programs.Password }, Cancel);
        var token = (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["accessToken"]!.GetValue<string>();
        return new() { BaseAddress = fleet.Console.Browser, DefaultRequestHeaders = { Authorization = new("Bearer", token) } };
    }

    private static async Task<(HttpStatusCode Status, JsonObject Answer)> PostAsync(HttpClient http, string path, object body)
    {
        using var answer = await http.PostAsJsonAsync(path, body, Cancel);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        return (answer.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text)!.AsObject() : []);
    }
}
