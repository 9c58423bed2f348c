using System.Buffers.Binary;
using FleetConsole.Contracts.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace FleetConsole.Client.Tests.Harness;

/// <summary>Curves as the server packs them, built from plain numbers.</summary>
internal static class SomeCurves
{
    /// <summary>2026-11-24 00:00:00 UTC in Unix seconds: 20,781 days of 86,400 s.</summary>
    public const double Midnight = 20_781 * 86_400.0;

    public static ByteString Pack(params double[] values)
    {
        var bytes = new byte[values.Length * 8];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * 8), values[i]);
        return ByteString.CopyFrom(bytes);
    }

    public static ProcessIncarnation Process(string host, double startedAt, string version) => new()
    {
        Host = host,
        StartedAt = Timestamp.FromDateTimeOffset(DateTimeOffset.FromUnixTimeMilliseconds((long)(startedAt * 1000))),
        LastSeenAt = Timestamp.FromDateTimeOffset(DateTimeOffset.FromUnixTimeMilliseconds((long)(startedAt * 1000)).AddHours(4)),
        Version = version,
    };

    public static Curve Curve(string host, string method, int incarnation, double[] x, double[] y) =>
        new() { Host = host, Method = method, Incarnation = incarnation, X = Pack(x), Y = Pack(y), StepSeconds = 60, WindowSeconds = 120 };

    /// <summary>git-01 with two processes, git-02 with one; the pooled latency of each.</summary>
    public static CurvesReply TwoHosts() => new()
    {
        Incarnations =
        {
            Process("git-01", Midnight, "16.6"), Process("git-01", Midnight + 14_400, "16.7"), Process("git-02", Midnight + 3_600, "16.7"),
        },
        Curves =
        {
            Curve("git-01", "", 0, [Midnight + 60, Midnight + 7_200], [0.1, 0.4]),
            Curve("git-01", "", 1, [Midnight + 14_460, Midnight + 18_000], [0.1, 0.15]),
            Curve("git-02", "", 2, [Midnight + 3_660], [0.2]),
        },
        Promql = "histogram_quantile(0.99, latency)",
    };
}
