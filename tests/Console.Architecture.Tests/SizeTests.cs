using System.Text.RegularExpressions;
using FleetConsole.Architecture.Tests.Harness;
using Mono.Cecil;

namespace FleetConsole.Architecture.Tests;

/// <summary>Files and methods that fit on a screen or a few.</summary>
public sealed partial class SizeTests
{
    private static readonly Allowed[] LongMethods =
    [
        new("src/Console.Server/Program.cs Main", "the program's table of contents"),
    ];

    [Theory]
    [InlineData("src", ".cs", 300)]
    [InlineData("tests", ".cs", 300)]
    [InlineData("src", ".razor", 120)]
    [InlineData("src", ".razor.cs", 200)]
    public void A_file_keeps_to_its_length(string folder, string end, int most)
    {
        var files = Repository.Files(folder, end);

        Assert.NotEmpty(files);
        Allowed.None(files.Where(file => file.Lines > most).Select(file => $"{file.Path}: {file.Lines} lines, {most} allowed"));
    }

    [Fact]
    public void Markup_holds_no_code() =>
        Allowed.None(Repository.Files("src", ".razor").Where(file => CodeBlock().IsMatch(file.Text)).Select(file => file.Path));

    // Measured on what the compiler noted for the debugger: from a body's first line to its last, without its braces.
    // Constructors are left out, since they gather field initialisers from all over the file.
    [Fact]
    public void A_method_body_has_at_most_forty_lines()
    {
        var methods = Compiled.All.SelectMany(MethodsOf).ToList();

        Assert.True(methods.Count > 200);
        Allowed.Only(LongMethods, methods.Where(method => method.Lines > 40).Select(method => method.Name));
    }

    private static IEnumerable<(string Name, int Lines)> MethodsOf(Compiled project)
    {
        using var module = ModuleDefinition.ReadModule(project.Assembly.Location, new ReaderParameters { ReadSymbols = true });
        return [.. module.GetTypes().SelectMany(type => type.Methods).Where(method => !method.IsConstructor).Select(Measure).Where(method => method.Lines > 0)];
    }

    private static (string Name, int Lines) Measure(MethodDefinition method)
    {
        var points = method.DebugInformation.SequencePoints.Where(point => !point.IsHidden && IsOurs(point.Document.Url)).ToList();
        if (points.Count == 0)
            return (method.FullName, 0);
        var path = points[0].Document.Url[points[0].Document.Url.LastIndexOf("/src/", StringComparison.Ordinal)..].TrimStart('/');
        var lines = Repository.Read(path).Text.Split('\n');
        var first = points.Min(point => point.StartLine);
        var last = points.Max(point => point.EndLine);
        first += lines[first - 1].Trim() == "{" ? 1 : 0;
        last -= lines[last - 1].Trim() == "}" ? 1 : 0;
        return ($"{path} {Name().Match(method.FullName).Groups["name"].Value}", last - first + 1);
    }

    private static bool IsOurs(string path) =>
        path.Contains("/src/", StringComparison.Ordinal) && path.EndsWith(".cs", StringComparison.Ordinal)
        && !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/Migrations/", StringComparison.Ordinal);

    // An async method's body is in a type named for it: <RunAsync>d__7::MoveNext.
    [GeneratedRegex(@"<(?<name>\w+)>\$?>?\w*::MoveNext\(|::(?<name>\S+?)\(")]
    private static partial Regex Name();

    [GeneratedRegex(@"@(code|functions)\b")]
    private static partial Regex CodeBlock();
}
