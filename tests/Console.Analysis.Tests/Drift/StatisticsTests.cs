using FleetConsole.Analysis.Drift;

namespace FleetConsole.Analysis.Tests.Drift;

/// <summary>Each statistic against numbers that others have published.</summary>
public sealed class StatisticsTests
{
    // Percentage points of t from any textbook's table; the normal ones are 1.9600, 1.6449 and 3.0902.
    [Theory]
    [InlineData(2.2281389, 10, 1.9599640)]
    [InlineData(2.0150484, 5, 1.6448536)]
    [InlineData(10.2145319, 3, 3.0902323)]
    [InlineData(-2.2281389, 10, -1.9599640)]
    [InlineData(0, 4, 0)]
    public void A_t_becomes_the_normal_score_of_the_same_tail(double t, double df, double z) =>
        Assert.Equal(z, StudentScore.ToNormal(t, df), 5);

    [Fact]
    public void A_t_of_many_degrees_of_freedom_is_normal_already() => Assert.Equal(2.5, StudentScore.ToNormal(2.5, 1e6), 4);

    [Fact]
    public void A_score_beyond_all_tails_is_bounded() => Assert.Equal(37, StudentScore.ToNormal(1e9, 1e9));

    [Theory]
    [InlineData(double.NaN, 3)]
    [InlineData(1, 0)]
    [InlineData(1, double.NaN)]
    public void What_is_no_t_has_no_score(double t, double df) => Assert.True(double.IsNaN(StudentScore.ToNormal(t, df)));

    [Fact]
    public void Tail_and_score_are_each_others_inverse() => Assert.Equal(1.2345, StudentScore.FromUpperTail(StudentScore.UpperTail(1.2345)), 9);

    // The fifteen p-values of section 3.2 of Benjamini and Hochberg (1995): four are rejected at q = .05, where Bonferroni rejects three.
    [Fact]
    public void The_papers_example_rejects_four()
    {
        double[] p = [0.3240, 0.0001, 0.0201, 0.0004, 0.0019, 0.0095, 0.0278, 0.0298, 0.0344, 0.0459, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000];

        Assert.Equal(4, FalseDiscovery.Rejected(p, 0.05));
    }

    [Fact]
    public void A_broken_test_is_a_test_and_never_rejected()
    {
        Assert.Equal(1, FalseDiscovery.Rejected([0.02], 0.03));
        Assert.Equal(0, FalseDiscovery.Rejected([0.02, double.NaN], 0.03));
        Assert.Equal(0, FalseDiscovery.Rejected([double.NaN], 1));
        Assert.Equal(0, FalseDiscovery.Rejected([], 0.05));
    }

    // Borenstein, Hedges, Higgins and Rothstein, Introduction to Meta-Analysis (2009), part 3, the six studies of the
    // continuous example: T^2 = 0.037, summary 0.358, standard error 0.105.
    [Fact]
    public void The_textbooks_six_studies_pool_to_its_summary()
    {
        double[] effects = [0.095, 0.277, 0.367, 0.664, 0.462, 0.185];
        double[] variances = [0.033, 0.031, 0.050, 0.011, 0.043, 0.023];
        var (estimate, error) = RandomEffects.Pool(effects, variances);

        // The book prints its inputs to three digits and computes with more, so the last digit is not to be had.
        Assert.InRange(RandomEffects.BetweenVariance(effects, variances), 0.036, 0.038);
        Assert.InRange(estimate, 0.357, 0.359);
        Assert.InRange(error, 0.104, 0.106);
    }

    [Fact]
    public void Members_that_agree_have_no_variance_between_them() => Assert.Equal(0, RandomEffects.BetweenVariance([1, 1.01, 0.99], [0.1, 0.1, 0.1]));

    [Fact]
    public void A_normal_interval_is_as_wide_as_everybodys()
    {
        var interval = Estimate.Normal(1, 0.5);

        Assert.Equal(1 - 0.98, interval.Low, 3);
        Assert.Equal(1 + 0.98, interval.High, 3);
    }
}
