namespace FleetConsole.Analysis.Profiling;

/// <summary>What of a profile becomes a tree.</summary>
public sealed record FlameOptions
{
    /// <summary>Index of the kind of value; see <see cref="PprofProfile.FindSampleType"/>.</summary>
    public int SampleType { get; init; }

    /// <summary>Only samples with this label; empty for all.</summary>
    public string LabelKey { get; init; } = "";

    /// <summary>And this value of it, as <see cref="SampleLabels.TextOf"/> writes it.</summary>
    public string LabelValue { get; init; } = "";

    /// <summary>One tree under the root for each value of this label, as pprof's <c>tagroot</c> does; empty for none.</summary>
    public string GroupBy { get; init; } = "";

    /// <summary>Bounds on the patterns of <c>drop_frames</c>.</summary>
    public PprofLimits Limits { get; init; } = new();
}
