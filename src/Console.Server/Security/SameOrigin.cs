namespace FleetConsole.Server.Security;

/// <summary>
/// A cookie travels by itself, whoever made the page that sends it. Every call with a cookie that may change something
/// has to come from a page of this address; browsers say where a call comes from and let no page say otherwise. The
/// JSON interface is for scripts: it takes a token and never a cookie.
/// </summary>
internal static class SameOrigin
{
    private const string JsonApi = "/api/";

    public static void UseSameOrigin(this WebApplication app) => app.Use(async (context, next) =>
    {
        var request = context.Request;
        var reads = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method);
        if (reads || request.Headers.Authorization.Count > 0 || request.Headers.Cookie.Count == 0)
        {
            await next(context);
            return;
        }

        if (request.Path.StartsWithSegments(JsonApi.TrimEnd('/'), StringComparison.OrdinalIgnoreCase))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync("Send a token as \"authorization: Bearer ...\"; the JSON interface takes no cookie.");
        }
        else if (IsForeign(request))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            await context.Response.WriteAsync("This call came from a page of another address, so nothing was done.");
        }
        else
        {
            await next(context);
        }
    });

    // A caller that is no browser sends neither header, and has the cookie because somebody gave it one.
    private static bool IsForeign(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        var origin = request.Headers.Origin.ToString();
        return site is not ("" or "same-origin" or "none")
            || (origin.Length > 0 && (!Uri.TryCreate(origin, UriKind.Absolute, out var from) || from.Authority != request.Host.Value));
    }
}
