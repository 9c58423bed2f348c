using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FleetConsole.Agent.Tests.Harness;

/// <summary>
/// pprof as Go serves it: one CPU profile at a time, whose answer comes when it has been taken. The test says when that is.
/// </summary>
internal sealed class FakePprof : IAsyncDisposable
{
    private readonly WebApplication app;
    private int running;

    private FakePprof(WebApplication app) => this.app = app;

    public string Url => app.Urls.Single();

    public byte[] Content { get; set; } = "a profile"u8.ToArray();

    /// <summary>False: the listener is there, but its process serves no pprof.</summary>
    public bool HasHeap { get; set; } = true;

    /// <summary>Completes when a CPU profile has begun.</summary>
    public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Complete it to let the CPU profile end.</summary>
    public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string LastQuery { get; private set; } = "";

    public static async Task<FakePprof> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var fake = new FakePprof(app);
        app.MapGet("/debug/pprof/profile", fake.ProfileAsync);
        app.MapGet("/debug/pprof/heap", fake.SendAsync);
        app.MapGet("/debug/pprof/goroutine", fake.SendAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return fake;
    }

    public async ValueTask DisposeAsync()
    {
        Done.TrySetResult();
        await app.DisposeAsync();
    }

    private async Task ProfileAsync(HttpContext context)
    {
        if (Interlocked.Exchange(ref running, 1) == 1)
        {
            context.Response.StatusCode = 500;
            await context.Response.WriteAsync("Could not enable CPU profiling: cpu profiling already in use\n", context.RequestAborted);
            return;
        }

        try
        {
            Begun.TrySetResult();
            await Done.Task.WaitAsync(context.RequestAborted);
            await SendAsync(context);
        }
        finally
        {
            Volatile.Write(ref running, 0);
        }
    }

    private async Task SendAsync(HttpContext context)
    {
        if (!HasHeap)
        {
            context.Response.StatusCode = 404;
            return;
        }

        LastQuery = context.Request.Path + context.Request.QueryString;
        await context.Response.Body.WriteAsync(Content, context.RequestAborted);
    }
}
