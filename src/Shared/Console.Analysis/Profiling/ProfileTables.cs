namespace FleetConsole.Analysis.Profiling;

/// <summary>The arrays of a profile; strings are indices into its table.</summary>
internal sealed class ProfileTables(PprofCounts counts)
{
    public int SampleCount { get; } = counts.Samples;

    public int LocationCount { get; } = counts.Locations;

    public (int Type, int Unit)[] SampleTypes { get; } = new (int, int)[counts.SampleTypes];

    public (int Type, int Unit) PeriodType { get; set; }

    public PprofMapping[] Mappings { get; } = new PprofMapping[counts.Mappings];

    public FunctionRow[] Functions { get; } = new FunctionRow[counts.Functions];

    public ulong[] Addresses { get; } = new ulong[counts.Locations];

    public int[] LocationMappings { get; } = new int[counts.Locations];

    public bool[] Folded { get; } = new bool[counts.Locations];

    public int[] LineEnds { get; } = new int[counts.Locations];

    public PprofLine[] Lines { get; } = new PprofLine[counts.Lines];

    /// <summary>Locations of all samples, one after the other.</summary>
    public int[] Stacks { get; } = new int[counts.Stacked];

    public int[] StackEnds { get; } = new int[counts.Samples];

    /// <summary>Values of all samples, one row a sample.</summary>
    public long[] Values { get; } = new long[counts.Samples * counts.SampleTypes];

    public LabelRow[] Labels { get; } = new LabelRow[counts.Labels];

    public int[] LabelEnds { get; } = new int[counts.Labels == 0 ? 0 : counts.Samples];

    public int[] Comments { get; } = new int[counts.Comments];

    public int DropFrames { get; set; }

    public int KeepFrames { get; set; }

    public int DefaultSampleType { get; set; }

    public int DocUrl { get; set; }

    public long TimeNanoseconds { get; set; }

    public long DurationNanoseconds { get; set; }

    public long Period { get; set; }

    public int StackEnd(int sample) => sample < 0 ? 0 : StackEnds[sample];

    public int LineEnd(int location) => location < 0 ? 0 : LineEnds[location];

    public int LabelEnd(int sample) => sample < 0 || LabelEnds.Length == 0 ? 0 : LabelEnds[sample];

    public readonly record struct FunctionRow(int Name, int SystemName, int File, long StartLine);

    public readonly record struct LabelRow(int Key, int Text, long Number, int Unit);
}
