using System.Net.Http.Json;
using System.Text.Json;
using FleetConsole.Contracts.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;
using Microsoft.Playwright;

namespace FleetConsole.EndToEnd.Tests;

public sealed class ViewerTests(LiveFleet fleet)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_viewer_finds_the_buttons_disabled_with_the_reason()
    {
        fleet.Require();
        var page = await fleet.SignInAsync("viewer", "/hosts/git-1");
        await page.InteractiveAsync();
        await Assertions.Expect(page.GetByTestId("profile")).ToBeDisabledAsync();
        await Assertions.Expect(page.GetByTestId("restart")).ToBeDisabledAsync();
        await Assertions.Expect(page.GetByTestId("why-disabled")).ToContainTextAsync("lacks the permissions profile, dump, restart");
    }

    [Fact]
    public async Task A_viewer_is_refused_by_the_server_too()
    {
        fleet.Require();
        var token = await TokenAsync("viewer");
        using var channel = GrpcChannel.ForAddress(fleet.Url, new()
        {
            HttpHandler = new GrpcWebHandler(new HttpClientHandler()),
            HttpVersion = System.Net.HttpVersion.Version11,
        });
        var control = new Control.ControlClient(channel);
        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await control.RestartAsync(
            new() { Host = "git-1", Reason = "not mine to do", IdempotencyKey = "viewer-tries-1" },
            new Metadata { { "authorization", $"Bearer {token}" } }, cancellationToken: Cancel));
        Assert.Equal(StatusCode.PermissionDenied, refusal.StatusCode);
    }

    [Fact]
    public async Task Nobody_sees_anything_before_signing_in()
    {
        fleet.Require();
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(fleet.Url + "/hosts/git-1"), Cancel);
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    private async Task<string> TokenAsync(string role)
    {
        using var http = new HttpClient();
        using var answer = await http.PostAsJsonAsync(new Uri(fleet.Url + "/account/token"), new { user = role, password = fleet.PasswordOf(role) }, Cancel);
        answer.EnsureSuccessStatusCode();
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        return body.GetProperty("accessToken").GetString() ?? throw new InvalidOperationException("The answer holds no token.");
    }
}
