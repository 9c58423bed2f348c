using System.Xml.Linq;
using FleetConsole.Architecture.Tests.Harness;

namespace FleetConsole.Architecture.Tests;

/// <summary>What the build relies on.</summary>
public sealed class BuildTests
{
    private static IReadOnlyList<Project> Projects { get; } = [.. Project.In("src"), .. Project.In("tests")];

    [Fact]
    public void Every_package_version_stands_in_one_file()
    {
        var central = XDocument.Parse(Repository.Read("Directory.Packages.props").Text)
            .Descendants("PackageVersion").Select(package => (string)package.Attribute("Include")!).ToHashSet();

        Allowed.None(Projects.SelectMany(project => project.PackageNames).Except(central));
        Allowed.None(Projects.Where(project => project.Packages.Any(NamesVersion)).Select(project => project.Path));
    }

    [Fact]
    public void Every_project_has_a_lock_file() =>
        Allowed.None(Projects.Select(project => Path.GetDirectoryName(project.Path) + "/packages.lock.json").Where(path => !Repository.Exists(path)));

    [Fact]
    public void The_solution_holds_every_project_in_the_classic_format()
    {
        var solution = Repository.Read("Console.sln").Text;

        Assert.StartsWith("Microsoft Visual Studio Solution File, Format Version 12.00", solution.TrimStart('\uFEFF', '\r', '\n'), StringComparison.Ordinal);
        Allowed.None(Projects.Where(project => !solution.Contains($"\"{project.Path.Replace('/', '\\')}\"", StringComparison.Ordinal)).Select(project => project.Path));
    }

    [Fact]
    public void The_browser_is_sent_no_configuration_file() =>
        Allowed.None(Directory.GetFiles(Path.Combine(Repository.Root, "src/Console.Client/wwwroot"), "appsettings*", SearchOption.AllDirectories));

    private static bool NamesVersion(XElement package) => package.Attribute("Version") is not null || package.Attribute("VersionOverride") is not null;
}
