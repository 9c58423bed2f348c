namespace FleetConsole.Architecture.Tests.Harness;

/// <summary>One file as it lies in the repository; the path is relative to its root, with slashes.</summary>
internal sealed record SourceFile(string Path, string Text)
{
    public int Lines => Text.AsSpan().Count('\n') + (Text.EndsWith('\n') ? 0 : 1);
}

/// <summary>The repository that this test was built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Files below a folder, by the ends of their names; what is built or generated is left out.</summary>
    public static IReadOnlyList<SourceFile> Files(string folder, params string[] ends)
    {
        var paths = Directory.EnumerateFiles(Path.Combine(Root, folder), "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => ends.Any(end => path.EndsWith(end, StringComparison.Ordinal)) && !IsBuilt(path));
        return [.. paths.Order(StringComparer.Ordinal).Select(Read)];
    }

    public static SourceFile Read(string path) => new(path, File.ReadAllText(Path.Combine(Root, path)));

    public static bool Exists(string path) => Path.Exists(Path.Combine(Root, path));

    // Migrations are written by EF Core's tool.
    private static bool IsBuilt(string path) =>
        path.Split('/') is var parts && (parts.Contains("obj") || parts.Contains("bin") || parts.Contains("Migrations"));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Console.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"No Console.sln above {AppContext.BaseDirectory}.");
    }
}
