using Microsoft.AspNetCore.Http.Features;

namespace FleetConsole.Server.Hosting;

/// <summary>Refuses a body that is too large by the length it announces, with words: Kestrel itself would stop reading in the middle of it.</summary>
internal static class BodyLimit
{
    /// <summary>Of a request, where its route sets no limit of its own. Bytes.</summary>
    public const int MostBytes = 1024 * 1024;

    /// <summary>Of one gRPC message: a rolling restart of 500 hosts with the longest names takes half of it. Bytes.</summary>
    public const int MostMessageBytes = 256 * 1024;

    public static void UseBodyLimit(this WebApplication app) => app.Use(async (context, next) =>
    {
        // Routing has set the route's own limit by now.
        var most = context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize;
        if (context.Request.ContentLength > most)
        {
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            await context.Response.WriteAsync($"The request has {context.Request.ContentLength} bytes; {most} are allowed. Nothing was done.");
        }
        else
        {
            await next(context);
        }
    });
}
