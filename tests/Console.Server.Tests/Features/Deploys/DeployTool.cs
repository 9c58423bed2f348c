using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Features.Deploys;

/// <summary>A pipeline that tells the console of its deploys, with a token.</summary>
internal sealed class DeployTool : IDisposable
{
    private readonly HttpClient _http;

    private DeployTool(HttpClient http) => _http = http;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<DeployTool> AsAsync(ConsoleProcess console, string role)
    {
        var http = new HttpClient { BaseAddress = console.Browser };
        using var answer = await http.PostAsJsonAsync("/account/token", new { User = role, Programs.Password }, Cancel);
        answer.EnsureSuccessStatusCode();
        var token = (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))?["accessToken"]?.GetValue<string>();
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return new(http);
    }

    public Task<HttpResponseMessage> TellAsync(object deploy) => _http.PostAsJsonAsync("/api/deploys", deploy, Cancel);

    public void Dispose() => _http.Dispose();
}
