using System.Reflection;

namespace FleetConsole.Architecture.Tests.Harness;

/// <summary>A compiled project and the types in it.</summary>
internal sealed record Compiled(string Root, Assembly Assembly)
{
    private readonly Lazy<IReadOnlyDictionary<string, IReadOnlySet<string>>> _uses = new(() => Uses.In(Assembly.Location));

    public static Compiled Server { get; } = Load("Console.Server");

    public static Compiled Client { get; } = Load("Console.Client");

    public static Compiled Agent { get; } = Load("Console.Agent");

    public static Compiled Analysis { get; } = Load("Console.Analysis");

    public static Compiled Contracts { get; } = Load("Console.Contracts");

    public static IReadOnlyList<Compiled> All { get; } = [Server, Client, Agent, Analysis, Contracts];

    /// <summary>The features of the project: the namespaces right below its Features.</summary>
    public IReadOnlyList<string> Features => [.. Names.Where(name => name.StartsWith($"{Root}.Features.", StringComparison.Ordinal))
        .Select(name => string.Join('.', name.Split('.').Take(Root.Split('.').Length + 2))).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Full names of all types that are not nested.</summary>
    public IReadOnlyList<string> Names => [.. Assembly.GetTypes().Where(type => !type.IsNested && type.Namespace is not null).Select(type => type.FullName!)];

    public IReadOnlyList<string> TypesIn(string part) => [.. Names.Where(name => name.StartsWith(part + '.', StringComparison.Ordinal))];

    /// <summary>Types of a namespace that use one of the given types, in signatures or in bodies.</summary>
    public IEnumerable<string> UsersIn(string part, IReadOnlyList<string> used) =>
        TypesIn(part).Where(type => _uses.Value[type].Any(used.Contains));

    private static Compiled Load(string name) => new(name.Replace("Console.", "FleetConsole.", StringComparison.Ordinal), Assembly.Load(name));
}
