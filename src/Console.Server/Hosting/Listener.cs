using Microsoft.AspNetCore.Connections.Features;

namespace FleetConsole.Server.Hosting;

/// <summary>The console's three addresses.</summary>
internal enum Listener
{
    /// <summary>Pages, gRPC-Web, SignalR.</summary>
    Browser,

    /// <summary>Native gRPC.</summary>
    Grpc,

    /// <summary>Metrics and health, for Prometheus and load balancers.</summary>
    Metrics,
}

/// <summary>On which listeners an endpoint answers; without it, on the browsers' alone.</summary>
internal sealed class ServedOn(params Listener[] listeners)
{
    public bool Has(Listener listener) => listeners.Contains(listener);
}

/// <summary>
/// Keeps each endpoint on its listeners. The connection knows the listener it came in by; a Host header could lie.
/// </summary>
internal static class ListenerGate
{
    private static readonly object Key = new();

    /// <summary>Marks every connection of a listener.</summary>
    public static void Mark(this Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions options, Listener listener) =>
        options.Use(next => connection =>
        {
            connection.Items[Key] = listener;
            return next(connection);
        });

    /// <summary>Answers 404 where an endpoint is not served on the listener of the connection.</summary>
    public static void UseListenerGate(this WebApplication app) => app.Use((context, next) =>
    {
        var items = context.Features.Get<IConnectionItemsFeature>()?.Items;
        var listener = items?.TryGetValue(Key, out var mark) == true && mark is Listener known ? known : Listener.Browser;
        if (context.GetEndpoint() is { } endpoint && !(endpoint.Metadata.GetMetadata<ServedOn>() ?? Browsers).Has(listener))
            context.SetEndpoint(null);
        if (context.GetEndpoint() is null && listener != Listener.Browser)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        return next(context);
    });

    private static ServedOn Browsers { get; } = new(Listener.Browser);
}
