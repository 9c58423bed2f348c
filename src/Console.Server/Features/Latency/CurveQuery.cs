using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FleetConsole.Client.Api;
using FleetConsole.Contracts.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace FleetConsole.Server.Features.Latency;

/// <summary>A checked request, its range on whole steps so that equal looks are equal queries.</summary>
internal sealed record CurveQuery(
    IReadOnlyList<string> Hosts, IReadOnlyList<string> Methods, double Quantile, DateTimeOffset From, DateTimeOffset To, TimeSpan Step)
{
    /// <summary>A chart of this many pixels cannot show more.</summary>
    public const int MaxPoints = 1440;

    private const int QuantileDigits = 4;
    private const int MaxHosts = 500;
    private const int MaxMethods = 50;
    private const int MaxNameLength = 256;
    private static readonly long Earliest = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
    private static readonly long Latest = new DateTimeOffset(2200, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
    private static readonly TimeSpan MaxRange = TimeSpan.FromDays(400);
    private static readonly TimeSpan MinRange = TimeSpan.FromMinutes(1);

    // Finer than any scrape interval in use; shorter steps only repeat samples.
    private static readonly TimeSpan MinStep = TimeSpan.FromSeconds(5);

    /// <summary>The cache takes no control characters and at most 1,024 characters; five hundred hosts have more.</summary>
    public string CacheKey => $"curves/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"{Quantile}/{From.ToUnixTimeSeconds()}/{To.ToUnixTimeSeconds()}/{string.Join('\n', Hosts)}\n\n{string.Join('\n', Methods)}"))))}";

    /// <exception cref="ApiException">A bound is broken; the message names it.</exception>
    public static CurveQuery Parse(CurvesRequest request)
    {
        var quantile = Math.Round(request.Quantile, QuantileDigits);
        Check(quantile is > 0 and < 1, "quantile must lie between 0 and 1, both excluded");
        Check(request.From is not null && request.To is not null, "from and to are required");
        Check(IsInstant(request.From!) && IsInstant(request.To!), "from and to must lie in the years 2000 to 2199");
        Check(request.Hosts.Count <= MaxHosts, $"at most {MaxHosts} hosts");
        Check(request.Methods.Count <= MaxMethods, $"at most {MaxMethods} methods");
        Check(request.Hosts.All(IsName), $"a host's name has 1 to {MaxNameLength} characters, no line breaks");
        Check(request.Methods.All(method => IsName(method) && method.Count(c => c == '/') == 1), "a method is service/method");
        var (from, to) = (request.From!.ToDateTimeOffset(), request.To!.ToDateTimeOffset());
        Check(to - from >= MinRange && to - from <= MaxRange, $"the range must be {MinRange.TotalMinutes:0} minute to {MaxRange.TotalDays:0} days");

        var step = TimeSpan.FromSeconds(Math.Max(MinStep.TotalSeconds, Math.Ceiling((to - from).TotalSeconds / MaxPoints)));
        return new(
            [.. request.Hosts.Distinct().Order(StringComparer.Ordinal)],
            [.. request.Methods.Distinct().Order(StringComparer.Ordinal)],
            quantile, Floor(from, step), Floor(to, step), step);
    }

    private static bool IsInstant(Timestamp at) => at.Seconds >= Earliest && at.Seconds < Latest && at.Nanos is >= 0 and < 1_000_000_000;

    private static bool IsName(string name) => name.Length is > 0 and <= MaxNameLength && !name.Any(char.IsControl);

    private static DateTimeOffset Floor(DateTimeOffset at, TimeSpan step) => new(at.UtcTicks - (at.UtcTicks % step.Ticks), TimeSpan.Zero);

    private static void Check(bool holds, string rule)
    {
        if (!holds)
            throw new ApiException(StatusCode.InvalidArgument, $"{char.ToUpperInvariant(rule[0])}{rule[1..]}.");
    }
}
