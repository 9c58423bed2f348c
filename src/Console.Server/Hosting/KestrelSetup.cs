using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Hosting;

internal static class KestrelSetup
{
    public static void AddEndpoints(this WebApplicationBuilder builder)
    {
        builder.Services.AddChecked<EndpointOptions>(builder.Configuration, EndpointOptions.Section);
        builder.Services.AddOptions<KestrelServerOptions>().Configure<IOptions<EndpointOptions>>((kestrel, endpoints) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyLimit.MostBytes;
            foreach (var (listener, options) in endpoints.Value.All)
                kestrel.Listen(options.Address!, options.Url.Port, listen => Configure(listen, listener, options));
        });
    }

    private static void Configure(ListenOptions listen, Listener listener, ListenerOptions options)
    {
        listen.Protocols = (listener, options.Tls) switch
        {
            // Without TLS a browser speaks only HTTP/1.1, and a cleartext HTTP/2 port cannot speak both.
            (Listener.Browser, true) => HttpProtocols.Http1AndHttp2,
            (Listener.Grpc, _) => HttpProtocols.Http2,
            _ => HttpProtocols.Http1,
        };
        if (options.Tls)
            listen.UseHttps(X509Certificate2.CreateFromPemFile(options.CertificateFile!, options.KeyFile));
        listen.Mark(listener);
    }
}
