using System.Net;
using FleetConsole.Client.Api;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;

namespace FleetConsole.Client.Tests.Api;

/// <summary>What a person reads when a call fails, from the answers a browser really gets.</summary>
public sealed class GrpcWebApiTests
{
    [Fact]
    public async Task A_server_that_cannot_be_reached_is_told_without_the_exceptions_words()
    {
        // What a browser's fetch throws, as HttpClient passes it on.
        var e = await FailAsync((_, _) => throw new HttpRequestException("TypeError: Failed to fetch"));

        Assert.Equal("The console's server cannot be reached. What you see is what it last said.", e.Message);
    }

    [Theory]
    [InlineData(StatusCode.FailedPrecondition, "Another command holds git-01.", "Another command holds git-01.")]
    [InlineData(StatusCode.Unavailable, "Prometheus does not answer.", "Prometheus does not answer.")]
    [InlineData(StatusCode.Internal, "", "The console's server answered Internal.")]
    [InlineData(StatusCode.DeadlineExceeded, "whatever", "The console's server did not answer within 30 s.")]
    [InlineData(StatusCode.Unauthenticated, "whatever", "You are signed out. Reload the page and sign in again.")]
    public async Task A_refusal_keeps_the_servers_words_and_its_kind(StatusCode code, string detail, string expected)
    {
        var e = await FailAsync((_, _) => Task.FromResult(Answer(code, detail)));

        Assert.Equal((code, expected), (e.Code, e.Message));
    }

    [Fact]
    public async Task A_page_that_was_left_gets_a_cancellation_and_no_failure()
    {
        using var leaving = new CancellationTokenSource();
        var api = Api((_, cancellation) =>
        {
            leaving.Cancel();
            return Task.FromCanceled<HttpResponseMessage>(cancellation);
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => api.GetFleetAsync(leaving.Token));
    }

    private static Task<ApiException> FailAsync(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> answer) =>
        Assert.ThrowsAsync<ApiException>(() => Api(answer).GetFleetAsync(CancellationToken.None));

    private static HttpResponseMessage Answer(StatusCode code, string detail)
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK) { Version = HttpVersion.Version20, Content = new ByteArrayContent([]) };
        response.Content.Headers.ContentType = new("application/grpc-web");
        response.Headers.Add("grpc-status", ((int)code).ToString(System.Globalization.CultureInfo.InvariantCulture));
        response.Headers.Add("grpc-message", Uri.EscapeDataString(detail));
        return response;
    }

    private static GrpcWebApi Api(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> answer)
    {
        var channel = GrpcChannel.ForAddress("http://console.test", new GrpcChannelOptions
        {
            HttpHandler = new GrpcWebHandler(new Network(answer)),
            DisposeHttpClient = true,
        });
        return new(channel, TimeProvider.System);
    }

    private sealed class Network(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            answer(request, cancellationToken);
    }
}
