using Microsoft.AspNetCore.Http.Features;

namespace FleetConsole.Server.Hosting;

/// <summary>
/// Refuses a body that is too large, with words, before anything is done: by the length it announces, or, of JSON that announces none, by reading it. Kestrel
/// itself would stop in the middle of it, and whoever reads JSON would call it malformed.
/// </summary>
internal static class BodyLimit
{
    /// <summary>Of a request, where its route sets no limit of its own. Bytes.</summary>
    public const int MostBytes = 1024 * 1024;

    /// <summary>Of one gRPC message: a rolling restart of 500 hosts with the longest names takes half of it. Bytes.</summary>
    public const int MostMessageBytes = 256 * 1024;

    private const int MostDroppedBytes = 16 * 1024 * 1024;

    public static void UseBodyLimit(this WebApplication app) => app.Use(async (context, next) =>
    {
        // Routing has set the route's own limit by now.
        var most = context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize;
        if (context.Request.ContentLength > most)
            await RefuseAsync(context, $"The request has {context.Request.ContentLength} bytes; {most} are allowed. Nothing was done.");
        else if (most is { } limit && context.Request is { ContentLength: null } request && request.HasJsonContentType() && !await FitsAsync(request, limit))
            await RefuseAsync(context, $"The request has more than {most} bytes, which are allowed. Nothing was done.");
        else
            await next(context);
    });

    private static Task RefuseAsync(HttpContext context, string why)
    {
        context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
        return context.Response.WriteAsync(why);
    }

    // Kept in memory: it is at most what the route allows, and whoever sends it may call that route. What is too much is read on and dropped: a caller
    // that is cut off while it sends sees a broken connection and no answer.
    private static async Task<bool> FitsAsync(HttpRequest request, long most)
    {
        request.HttpContext.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = most + MostDroppedBytes;
        var kept = new MemoryStream();
        request.HttpContext.Response.RegisterForDispose(kept);
        var buffer = new byte[16 * 1024];
        try
        {
            while (await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted) is > 0 and var length)
            {
                if (kept.Length <= most)
                    kept.Write(buffer, 0, length);
            }
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return false;
        }

        kept.Position = 0;
        request.Body = kept;
        return kept.Length <= most;
    }
}
