using System.Net;

namespace FleetConsole.Agent.Configuration;

/// <summary>Addresses to listen on: an IP address and a port, never a name, so that nothing is resolved at start.</summary>
internal static class Addresses
{
    public static IPEndPoint? Parse(string? text, string key, Action<string, string> report)
    {
        if (text is { Length: > 0 } && IPEndPoint.TryParse(text, out var address) && HasPort(text))
            return address;
        report(key, text is { Length: > 0 } ? $"\"{text}\" is not an IP address with a port, such as 127.0.0.1:9001." : "must be set.");
        return null;
    }

    /// <summary>Null when absent: then there is no such listener.</summary>
    public static IPEndPoint? ParseLoopback(string? text, string key, Action<string, string> report)
    {
        if (text is null || Parse(text, key, report) is not { } address)
            return null;
        if (IPAddress.IsLoopback(address.Address))
            return address;
        report(key, $"{text} is not a loopback address; metrics are plain HTTP and stay on the host.");
        return null;
    }

    // IPEndPoint takes a bare address for port 0.
    private static bool HasPort(string text) => text.StartsWith('[') ? text.Contains("]:", StringComparison.Ordinal) : text.Count(c => c == ':') == 1;
}
