using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Hosting;

internal static partial class HostingSetup
{
    /// <summary>Headers that every answer has: the console is never framed, and its files are what they say they are.</summary>
    public static void UseResponseHeaders(this WebApplication app) => app.Use((context, next) =>
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "frame-ancestors 'none'; object-src 'none'; base-uri 'self'";
        headers["Referrer-Policy"] = "same-origin";
        return next(context);
    });

    /// <summary>Runs until it is told to stop. A wrong setting or a port in use is one line and an exit code, not a stack.</summary>
    public static async Task<int> RunToEndAsync(this WebApplication app)
    {
        try
        {
            await app.RunAsync();
            return 0;
        }
        catch (OptionsValidationException e)
        {
            foreach (var failure in e.Failures)
                await System.Console.Error.WriteLineAsync(failure);
            return 2;
        }
        catch (IOException e) when (e.InnerException is AddressInUseException or SocketException)
        {
            await System.Console.Error.WriteLineAsync($"{e.Message} Set Endpoints:Browser:Url, Endpoints:Grpc:Url and Endpoints:Metrics:Url to free ports.");
            return 1;
        }
    }
}
