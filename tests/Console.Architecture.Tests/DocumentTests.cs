using System.Text.RegularExpressions;
using FleetConsole.Architecture.Tests.Harness;

namespace FleetConsole.Architecture.Tests;

/// <summary>Documents that still speak of what is there.</summary>
public sealed partial class DocumentTests
{
    public static TheoryData<string> Documents { get; } = new("README.md", "docs/architecture.md", "docs/operations.md", "docs/diagnostics.md");

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_path_that_a_document_names_exists(string document)
    {
        var named = Quoted().Matches(Repository.Read(document).Text).Select(quoted => quoted.Groups["path"].Value);

        Allowed.None(named.Distinct().Where(path => !Repository.Exists(path)));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_into_the_repository_leads_somewhere(string document)
    {
        var folder = Path.GetDirectoryName(document)!;
        var links = Link().Matches(Repository.Read(document).Text).Select(link => link.Groups["path"].Value);

        Allowed.None(links.Distinct().Where(path => !Repository.Exists(Path.Combine(folder, path))));
    }

    [Fact]
    public void Every_decision_is_linked_from_the_architecture()
    {
        var architecture = Repository.Read("docs/architecture.md").Text;
        var decisions = Repository.Files("docs/adr", ".md").Select(file => Path.GetFileName(file.Path)).ToList();

        Assert.NotEmpty(decisions);
        Allowed.None(decisions.Where(decision => !architecture.Contains($"(adr/{decision})", StringComparison.Ordinal)));
    }

    // `src/...`, perhaps with ./ before it; a pattern such as src/*.cs names no file.
    [GeneratedRegex(@"`(\./)?(?<path>(src|tests|docs|deploy)/[\w./-]*)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\]\((?!\w+:|#)(?<path>[^)#\s]+)")]
    private static partial Regex Link();
}
