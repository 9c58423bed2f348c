using FleetConsole.Architecture.Tests.Harness;

namespace FleetConsole.Architecture.Tests;

/// <summary>Which project may use which.</summary>
public sealed class ProjectArrowTests
{
    [Theory]
    [InlineData("Console.Contracts")]
    [InlineData("Console.Analysis")]
    [InlineData("Console.Client", "Console.Contracts")]
    [InlineData("Console.Agent", "Console.Contracts")]
    // The server prerenders the client's pages.
    [InlineData("Console.Server", "Console.Analysis", "Console.Client", "Console.Contracts")]
    public void A_project_uses_only_what_the_arrows_allow(string project, params string[] allowed) =>
        Assert.Equal(allowed, Project.Named(project).Projects);

    [Fact]
    public void Every_project_under_src_has_its_arrows_here() =>
        Assert.Equal(
            ["Console.Agent", "Console.Analysis", "Console.Client", "Console.Contracts", "Console.Server"],
            Project.In("src").Select(project => project.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Nothing_under_src_uses_anything_under_tests() =>
        Assert.Empty(Project.In("src").SelectMany(project => project.Projects).Intersect(Project.In("tests").Select(project => project.Name)));

    [Fact]
    public void Analysis_uses_no_package_but_MathNet_Numerics() =>
        Allowed.None(Project.Named("Console.Analysis").PackageNames.Except(["MathNet.Numerics"]));

    [Fact]
    public void What_is_sent_to_the_browser_leaves_Analysis_behind() =>
        Assert.DoesNotContain("Console.Analysis", Compiled.Client.Assembly.GetReferencedAssemblies().Select(name => name.Name));
}
