using System.Xml.Linq;

namespace FleetConsole.Architecture.Tests.Harness;

/// <summary>What a project file says it uses.</summary>
internal sealed record Project(string Name, string Path, IReadOnlyList<string> Projects, IReadOnlyList<XElement> Packages)
{
    public IEnumerable<string> PackageNames => Packages.Select(package => (string?)package.Attribute("Include") ?? "");

    public static IReadOnlyList<Project> In(string folder) => [.. Repository.Files(folder, ".csproj").Select(Read)];

    public static Project Named(string name) => In("src").Concat(In("tests")).Single(project => project.Name == name);

    private static Project Read(SourceFile file)
    {
        var xml = XDocument.Parse(file.Text);
        return new(
            System.IO.Path.GetFileNameWithoutExtension(file.Path),
            file.Path,
            [.. xml.Descendants("ProjectReference").Select(reference => System.IO.Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!)).Order(StringComparer.Ordinal)],
            [.. xml.Descendants("PackageReference")]);
    }
}
