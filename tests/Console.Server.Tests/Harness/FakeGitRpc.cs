using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace FleetConsole.Server.Tests.Harness;

/// <summary>A server with a health check that says what the test wants, and nothing else.</summary>
internal sealed class FakeGitRpc : Health.HealthBase, IAsyncDisposable
{
    private WebApplication? _app;

    public string Url => _app?.Urls.Single() ?? throw new InvalidOperationException("Not started.");

    public bool Serving { get; set; } = true;

    public ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>Every path that was called: health checks, and the calls that make a server fork.</summary>
    public ConcurrentQueue<string> Called { get; } = [];

    public static async Task<FakeGitRpc> StartAsync()
    {
        var fake = new FakeGitRpc();
        fake._app = await FakeServer.StartAsync(
            listen => listen.Protocols = HttpProtocols.Http2,
            services =>
            {
                services.AddGrpc();
                services.AddSingleton(fake);
            },
            app =>
            {
                app.Use((context, next) =>
                {
                    fake.Called.Enqueue(context.Request.Path);
                    return next(context);
                });
                app.MapGrpcService<FakeGitRpc>();
            });
        return fake;
    }

    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        Asked.Enqueue(context.RequestHeaders.GetValue("authorization") ?? "");
        return Task.FromResult(new HealthCheckResponse
        {
            Status = Serving ? HealthCheckResponse.Types.ServingStatus.Serving : HealthCheckResponse.Types.ServingStatus.NotServing,
        });
    }

    public async ValueTask DisposeAsync()
    {
        // The container disposes of its singletons, and this is one.
        if (Interlocked.Exchange(ref _app, null) is { } app)
            await app.DisposeAsync();
    }
}
