using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Sources;

/// <summary>A host's faces. An address that cannot be told is null, and its problem says why.</summary>
internal sealed record HostFaces(string Host, Uri? GitRpc, Uri? Agent, string Unit, string GitRpcProblem, string AgentProblem)
{
    /// <summary>Both problems; empty when every face was found.</summary>
    public string Problem => string.Join(' ', new[] { GitRpcProblem, AgentProblem }.Where(p => p.Length > 0));
}

/// <summary>The one mapping from a host's name in Prometheus to its other addresses.</summary>
internal sealed class HostMap(IOptions<HostMapOptions> options)
{
    public HostFaces Find(string host)
    {
        // A configuration key cannot hold a colon, so a label with a port finds what is set for its name without one.
        var name = WithoutPort(host);
        var own = options.Value.Overrides.GetValueOrDefault(host) ?? options.Value.Overrides.GetValueOrDefault(name);
        var gitRpc = Resolve(host, name, own?.GitRpcAddress ?? options.Value.GitRpcAddress, "GitRpcAddress", ["http", "https"], out var gitRpcProblem);
        var agent = Resolve(host, name, own?.AgentAddress ?? options.Value.AgentAddress, "AgentAddress", ["https"], out var agentProblem);
        return new(host, gitRpc, agent, own?.Unit ?? options.Value.Unit, gitRpcProblem, agentProblem);
    }

    private static Uri? Resolve(string host, string name, string template, string key, string[] schemes, out string problem)
    {
        problem = "";
        if (template.Length == 0)
        {
            problem = $"Hosts:{key} is empty and Hosts:Overrides:{name}:{key} is not set.";
            return null;
        }

        var text = template.Replace("{host}", host, StringComparison.Ordinal).Replace("{name}", name, StringComparison.Ordinal);
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && schemes.Contains(uri.Scheme) && uri.Host.Length > 0 && uri.UserInfo.Length == 0)
            return uri;
        problem = $"Hosts:{key} gives \"{text}\" for this host, which is not a {string.Join(" or ", schemes)} address; set Hosts:Overrides:{name}:{key}.";
        return null;
    }

    private static string WithoutPort(string host)
    {
        var colon = host.LastIndexOf(':');
        return colon > 0 && host[(colon + 1)..].All(char.IsAsciiDigit) ? host[..colon] : host;
    }
}
