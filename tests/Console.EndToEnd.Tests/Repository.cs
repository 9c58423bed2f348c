namespace FleetConsole.EndToEnd.Tests;

/// <summary>Where the repository and the built programs are.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Artifacts { get; } = Path.Combine(Root, "artifacts");

    public static string DemoProgram { get; } = Path.Combine(Artifacts, "demo", "Console.DemoFleet.dll");

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Console.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("The tests do not lie in the repository: no Console.sln above them.");
    }
}
