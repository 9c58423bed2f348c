using FleetConsole.Analysis.Profiling;

namespace FleetConsole.Analysis.Tests.Profiling;

public sealed class ValueFormatTests
{
    [Theory]
    [InlineData(0, "nanoseconds", "0")]
    [InlineData(30_000_000, "nanoseconds", "30ms")]
    [InlineData(-3_070_000_000, "nanoseconds", "-3.07s")]
    [InlineData(7_200_000_000_000, "ns", "2hrs")]
    [InlineData(1500, "microseconds", "1.5ms")]
    [InlineData(1805247, "bytes", "1.72MB")]
    [InlineData(1023, "bytes", "1023B")]
    [InlineData(153, "count", "153")]
    [InlineData(12, "", "12")]
    public void A_value_is_written_in_the_unit_that_suits_it(long value, string unit, string text) =>
        Assert.Equal(text, ValueFormat.Text(value, new("x", unit)));

    [Fact]
    public void A_column_may_have_one_unit() => Assert.Equal("0.03s", ValueFormat.Text(30_000_000, new("cpu", "nanoseconds"), 3e9));

    [Theory]
    [InlineData("net/http.(*conn).serve", "net/http", "http.(*conn).serve")]
    [InlineData("main.main", "main", "main.main")]
    [InlineData("gitlab.com/gitlab-org/gitaly/v16/internal/command.New.func2", "gitlab.com/gitlab-org/gitaly/v16/internal/command", "command.New.func2")]
    [InlineData("gitlab.com/gitlab-org/gitaly/vendor/github.com/sirupsen/logrus.(*Entry).fireHooks", "github.com/sirupsen/logrus", "logrus.(*Entry).fireHooks")]
    [InlineData("slices.SortFunc[go.shape.[]example.org/x.T,go.shape.int]", "slices", "slices.SortFunc[go.shape.[]example.org/x.T,go.shape.int]")]
    [InlineData("copy_page_range", "", "copy_page_range")]
    [InlineData("", "", "")]
    public void The_package_is_told_from_the_name(string name, string package, string withoutPath) =>
        Assert.Equal((package, withoutPath), (FunctionName.PackageOf(name), FunctionName.WithoutPath(name)));
}
