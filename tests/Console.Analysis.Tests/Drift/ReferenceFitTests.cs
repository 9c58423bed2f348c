using System.IO.Compression;
using System.Text.Json;
using FleetConsole.Analysis.Drift;
using FleetConsole.Analysis.Fleet;
using FleetConsole.Analysis.Latency;

namespace FleetConsole.Analysis.Tests.Drift;

/// <summary>The panel regression against an independent implementation of it with dense matrices, in Python.</summary>
public sealed class ReferenceFitTests
{
    private static readonly DriftOptions Options = new() { LeastAge = 0.5, RefitEvery = 1 };

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Coefficients_variances_and_degrees_of_freedom_agree(int series)
    {
        var golden = Read()[series];
        var fit = DriftFit.Of(new(new("h"), "m", Bins(golden)), golden.Now, Options);

        Assert.Equal(golden.T.Length, fit.Bins);
        Assert.NotEmpty(golden.Expected);
        foreach (var (name, expected) in golden.Expected)
        {
            var effect = Effect(fit, name);
            Assert.NotNull(effect);
            Near(name, expected[0], effect.Coefficient);
            Near(name, expected[1], effect.DataVariance);
            Near(name, expected[2], effect.PriorVariance);
            Near(name, expected[3], effect.DegreesOfFreedom);
        }
    }

    private static AgeEffect? Effect(DriftFit fit, string name)
    {
        var parts = name.Split(' ');
        return fit.Effect(new(
            parts[0] == "y99" ? LatencyQuantile.P99 : LatencyQuantile.P50,
            parts[1] == "all" ? AgeSpan.Whole : AgeSpan.Recent,
            parts[2] switch { "lin" => AgeShape.Linear, "s6" => AgeShape.Fast, _ => AgeShape.Slow }));
    }

    // Single precision in the bins, double in the reference: five digits of the inputs, three of what is made of them.
    private static void Near(string name, double expected, double actual) =>
        Assert.True(Math.Abs(expected - actual) <= 2e-3 * Math.Max(Math.Abs(expected), 0.01), $"{name}: {expected} expected, {actual} found");

    private static AgeBins Bins(Golden golden)
    {
        var starts = golden.Start.Distinct().ToList();
        var processes = starts.Select(s => new ProcessIncarnation(
            new HostId("h"), s, s, s, s, $"v{golden.Ver[Array.IndexOf(golden.Start, s)]}")).ToList();
        return new(Options.Bins, [1], processes, new(
            golden.T,
            Array.ConvertAll(golden.Age, a => (float)(a * 3600)),
            Array.ConvertAll(golden.Start, s => (ushort)starts.IndexOf(s)),
            Array.ConvertAll(golden.Age, a => (int)a),
            Array.ConvertAll(golden.N, n => (float)n),
            Array.ConvertAll(golden.Load, l => (float)(Math.Exp(l) / 600)),
            Array.ConvertAll(golden.Y99, y => (float)y),
            Array.ConvertAll(golden.Y50, y => (float)y)), null);
    }

    private static Golden[] Read()
    {
        using var file = File.OpenRead(Path.Join(AppContext.BaseDirectory, "Golden", "reference-fit.json.gz"));
        using var json = new GZipStream(file, CompressionMode.Decompress);
        return JsonSerializer.Deserialize<Golden[]>(json, JsonSerializerOptions.Web)!;
    }

    private sealed record Golden(
        double Now, double[] T, double[] Age, double[] Start, double[] Ver, double[] Y99, double[] Y50, double[] N, double[] Load,
        Dictionary<string, double[]> Expected);
}
