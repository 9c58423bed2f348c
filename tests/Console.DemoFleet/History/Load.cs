using MathNet.Numerics.Distributions;

namespace FleetConsole.DemoFleet.History;

/// <summary>
/// One method's share of the load and its latency when young: log-normal, with a second, slow log-normal for the calls
/// that had to wait. Seconds.
/// </summary>
internal sealed record Method(string Service, string Name, string Type, double Share, double Median)
{
    public const double Sigma = 0.5;
    public const double SlowShare = 0.03;
    public const double SlowMedian = 0.06;
    public const double SlowSigma = 0.7;

    public static IReadOnlyList<Method> All { get; } =
    [
        new("gitaly.RefService", "RefExists", "unary", 0.75, 0.006),
        new("gitaly.RefService", "FindAllBranchNames", "server_stream", 0.25, 0.010),
    ];
}

/// <summary>What the incident does to latency, and the day to the load.</summary>
internal static class Load
{
    private const double Day = 86400;
    private const double MeanRequestsPerSecond = 8;

    // The shape of the incident: 100 ms after a deploy, 400 ms a day later.
    private const double RatioPerDay = 4;

    /// <summary>Requests per second at a moment: a working day's wave around the mean.</summary>
    public static double RequestsPerSecond(double unixSeconds)
    {
        var hour = unixSeconds % Day / 3600;
        return MeanRequestsPerSecond * (1 + (0.45 * Math.Sin((hour - 8) / 24 * 2 * Math.PI)));
    }

    /// <summary>Factor on latency at an age in seconds: rises by <see cref="RatioPerDay"/> a day under fork, not under spawn.</summary>
    public static double AgeFactor(SpawnMode mode, double age) =>
        mode == SpawnMode.Spawn ? 0.95 : 1 + ((RatioPerDay - 1) * age / Day);

    /// <summary>Mean time of one fork at an age, seconds.</summary>
    public static double ForkSeconds(SpawnMode mode, double age) =>
        mode == SpawnMode.Spawn ? 0.0006 : 0.0008 + (0.024 * age / Day);

    /// <summary>Virtual memory at an age, bytes: it grows in every version, and only fork pays for it.</summary>
    public static double VirtualBytes(double age) => 1.25e9 + (900e6 * age / Day);

    /// <summary>Probability that a call of the method takes at most <paramref name="seconds"/>.</summary>
    public static double Cdf(Method method, double factor, double seconds) =>
        ((1 - Method.SlowShare) * LogNormal.CDF(Math.Log(method.Median * factor), Method.Sigma, seconds))
        + (Method.SlowShare * LogNormal.CDF(Math.Log(Method.SlowMedian * factor), Method.SlowSigma, seconds));

    /// <summary>Mean time of a call, seconds.</summary>
    public static double Mean(Method method, double factor) => factor
        * (((1 - Method.SlowShare) * method.Median * Math.Exp(Method.Sigma * Method.Sigma / 2))
            + (Method.SlowShare * Method.SlowMedian * Math.Exp(Method.SlowSigma * Method.SlowSigma / 2)));
}
