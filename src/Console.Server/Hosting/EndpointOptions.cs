using System.ComponentModel.DataAnnotations;
using System.Net;

namespace FleetConsole.Server.Hosting;

/// <summary>The console's three addresses. Plain HTTP is for loopback only.</summary>
internal sealed class EndpointOptions : IValidatableObject
{
    public const string Section = "Endpoints";

    public ListenerOptions Browser { get; set; } = new() { Url = new("http://127.0.0.1:8080") };

    public ListenerOptions Grpc { get; set; } = new() { Url = new("http://127.0.0.1:8081") };

    public ListenerOptions Metrics { get; set; } = new() { Url = new("http://127.0.0.1:8082") };

    public IEnumerable<(Listener Listener, ListenerOptions Options)> All =>
        [(Listener.Browser, Browser), (Listener.Grpc, Grpc), (Listener.Metrics, Metrics)];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        All.SelectMany(entry => entry.Options.Problems().Select(problem => new ValidationResult($"Endpoints:{entry.Listener}:{problem}")));
}

internal sealed class ListenerOptions
{
    /// <summary>Scheme, IP address (or localhost) and port; port 0 takes a free one.</summary>
    public required Uri Url { get; set; }

    /// <summary>PEM files of the server certificate; needed for https.</summary>
    public string? CertificateFile { get; set; }

    public string? KeyFile { get; set; }

    public bool Tls => Url.Scheme == Uri.UriSchemeHttps;

    /// <summary>The address to bind; null when the host is a name other than localhost.</summary>
    public IPAddress? Address => Url.Host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(Url.Host.Trim('[', ']'), out var address) ? address : null;

    public IEnumerable<string> Problems()
    {
        if (!Url.IsAbsoluteUri || (Url.Scheme != Uri.UriSchemeHttp && Url.Scheme != Uri.UriSchemeHttps))
            yield return $"Url \"{Url}\" must be http://ADDRESS:PORT or https://ADDRESS:PORT.";
        else if (Address is null)
            yield return $"Url \"{Url}\" must name an IP address (0.0.0.0 or [::] for all) or localhost.";
        else if (!Tls && !IPAddress.IsLoopback(Address))
            yield return $"Url \"{Url}\" is plain HTTP outside loopback. Use https with CertificateFile and KeyFile.";
        else if (Tls && !(File.Exists(CertificateFile) && File.Exists(KeyFile)))
            yield return $"CertificateFile and KeyFile must name the PEM files for \"{Url}\".";
    }
}
