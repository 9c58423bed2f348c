using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Hosting;

internal static class HostingSetup
{
    /// <summary>Exit code when the configuration cannot be used.</summary>
    public const int WrongSettings = 2;

    /// <summary>The number that lets Blazor's import map, the one script inside the page, run: another for each answer.</summary>
    public static string NonceOf(HttpContext context) => context.Items[nameof(NonceOf)] as string
        ?? throw new InvalidOperationException("The answer has no headers yet.");

    /// <summary>
    /// Headers that every answer has: nothing but the console's own files runs in its pages, and it is never framed.
    /// </summary>
    public static void UseResponseHeaders(this WebApplication app) => app.Use((context, next) =>
    {
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        context.Items[nameof(NonceOf)] = nonce;
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";

        // MudBlazor styles its elements one by one, and WebAssembly is compiled in the page.
        headers.ContentSecurityPolicy = $"default-src 'self'; script-src 'self' 'wasm-unsafe-eval' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
            + "img-src 'self' data: blob:; object-src 'none'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'";
        headers["Referrer-Policy"] = "same-origin";
        return next(context);
    });

    /// <summary>Builds the application; null when its addresses are wrong, which Kestrel wants to know first of all.</summary>
    public static WebApplication? TryBuild(this WebApplicationBuilder builder, TextWriter error)
    {
        try
        {
            return builder.Build();
        }
        catch (OptionsValidationException e)
        {
            Write([e], error);
            return null;
        }
    }

    /// <summary>Whether every setting can be used; what cannot is a line each, and nothing has been started yet.</summary>
    public static bool SettingsHold(this WebApplication app, TextWriter error)
    {
        try
        {
            app.Services.GetRequiredService<IStartupValidator>().Validate();
            return true;
        }
        catch (OptionsValidationException e)
        {
            Write([e], error);
        }
        catch (AggregateException e) when (e.InnerExceptions.All(inner => inner is OptionsValidationException))
        {
            Write(e.InnerExceptions.OfType<OptionsValidationException>(), error);
        }

        return false;
    }

    private static void Write(IEnumerable<OptionsValidationException> problems, TextWriter error)
    {
        foreach (var failure in problems.SelectMany(p => p.Failures))
            error.WriteLine(failure);
    }

    /// <summary>Runs until it is told to stop. A port in use is one line and an exit code, not a stack.</summary>
    public static async Task<int> RunToEndAsync(this WebApplication app)
    {
        // Kestrel would find out too, but by then the watches run, and each of them would end with a stack of its own.
        foreach (var (listener, options) in app.Services.GetRequiredService<IOptions<EndpointOptions>>().Value.All)
        {
            if (WhyNot(options) is not { } problem)
                continue;
            await System.Console.Error.WriteLineAsync($"Endpoints:{listener}:Url {options.Url}: {problem}. Choose a free address.");
            return 1;
        }

        await app.RunAsync();
        return 0;
    }

    private static string? WhyNot(ListenerOptions options)
    {
        if (options.Address is not { } address)
            return null;
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, options.Url.Port));
            socket.Listen();
            return null;
        }
        catch (SocketException e)
        {
            return e.Message;
        }
    }
}
