using System.Globalization;
using System.Text;

namespace FleetConsole.DemoFleet;

/// <summary>Real bare repositories with real refs.</summary>
internal static class Repositories
{
    private const int Branches = 60;

    /// <summary>Makes a bare repository with a main branch and some others, if it is not there yet.</summary>
    /// <exception cref="DemoException">git failed.</exception>
    public static void Make(string path)
    {
        if (Directory.Exists(Path.Combine(path, "refs")))
            return;
        Shell.Run("git", ["init", "--quiet", "--bare", "--initial-branch=main", path], input: null);
        var commits = new StringBuilder();
        for (var i = 0; i <= Branches; i++)
        {
            var branch = i == 0 ? "main" : string.Create(CultureInfo.InvariantCulture, $"topic-{i:00}");
            var text = $"branch {branch}\n";
            commits.Append(CultureInfo.InvariantCulture, $"commit refs/heads/{branch}\ncommitter Demo <demo@localhost> 1700000000 +0000\n");
            commits.Append(CultureInfo.InvariantCulture, $"data {text.Length}\n{text}");
            commits.Append(CultureInfo.InvariantCulture, $"M 100644 inline README\ndata {text.Length}\n{text}\n");
        }

        Shell.Run("git", ["-C", path, "fast-import", "--quiet"], commits.ToString());
    }
}
