using System.Security.Cryptography.X509Certificates;
using FleetConsole.Agent.Configuration;
using Grpc.Core;

namespace FleetConsole.Agent.Security;

/// <summary>Who may ask what: the client's actions and the unit's actions both have to hold it. Everything else is denied.</summary>
internal sealed partial class Gatekeeper(AgentSettings settings, ILogger<Gatekeeper> logger)
{
    public ClientSettings Identify(ServerCallContext context)
    {
        var certificate = context.GetHttpContext().Connection.ClientCertificate;
        var names = certificate is null ? [] : DnsNames(certificate);
        var client = settings.Clients.FirstOrDefault(c => names.Contains(c.San, StringComparer.OrdinalIgnoreCase));
        if (client is not null)
            return client;
        LogUnlisted(certificate?.Thumbprint ?? "none", Printable(string.Join(", ", names)));
        throw new RpcException(new Status(StatusCode.PermissionDenied, "The certificate's DNS names are not listed in Clients of this agent."));
    }

    /// <summary>The unit, when this client may do this to it; of several actions one is enough.</summary>
    public UnitSettings Authorise(ClientSettings client, string unitName, UnitActions action)
    {
        if (settings.Units.TryGetValue(unitName, out var unit) && (Allowed(client, unit) & action) != UnitActions.None)
            return unit;
        LogDenied(client.San, action, Printable(unitName));
        throw new RpcException(new Status(
            StatusCode.PermissionDenied,
            $"Client {client.San} may not {ActionNames.Of(action)} unit \"{Printable(unitName)}\": the agent's configuration does not list it."));
    }

    /// <summary>What this client may do to this unit.</summary>
    public static UnitActions Allowed(ClientSettings client, UnitSettings unit) =>
        client.Units?.Contains(unit.Name, StringComparer.Ordinal) ?? true ? client.Actions & unit.Actions : UnitActions.None;

    private static List<string> DnsNames(X509Certificate2 certificate) =>
        [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(e => e.EnumerateDnsNames())];

    /// <summary>A caller's text, fit for one log line.</summary>
    private static string Printable(string text) =>
        string.Concat(text.Take(64).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));

    [LoggerMessage(100, LogLevel.Warning, "Denied: certificate {Thumbprint} carries no listed DNS name (it has: {Names}).")]
    private partial void LogUnlisted(string thumbprint, string names);

    [LoggerMessage(101, LogLevel.Warning, "Denied: client {Client} may not {Action} unit \"{Unit}\".")]
    private partial void LogDenied(string client, UnitActions action, string unit);
}
