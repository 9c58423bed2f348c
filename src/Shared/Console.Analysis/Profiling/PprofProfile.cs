namespace FleetConsole.Analysis.Profiling;

/// <summary>
/// A profile as in profile.proto (https://github.com/google/pprof/blob/main/proto/profile.proto), in flat arrays: a sample is a range of them and no object.
/// Everything is named by its index, from 0, in the order of the file; ids are gone.
/// </summary>
public sealed class PprofProfile
{
    internal PprofProfile(ProfileTables tables, StringTable strings)
    {
        Tables = tables;
        Strings = strings;
        SampleTypes = [.. tables.SampleTypes.Select(type => new SampleType(strings[type.Type], strings[type.Unit]))];
        PeriodType = new(strings[tables.PeriodType.Type], strings[tables.PeriodType.Unit]);
        Mappings = [.. tables.Mappings.Select(mapping => mapping with { File = strings[mapping.FileString], BuildId = strings[mapping.BuildIdString] })];
        Comments = [.. tables.Comments.Select(comment => strings[comment])];
        DefaultSampleType = strings[tables.DefaultSampleType];
    }

    /// <summary>The kinds of values that every sample has, at least one.</summary>
    public IReadOnlyList<SampleType> SampleTypes { get; }

    /// <summary>The kind that the writer thinks is looked at first; empty when it does not say.</summary>
    public string DefaultSampleType { get; }

    /// <summary>Number of samples.</summary>
    public int SampleCount => Tables.SampleCount;

    /// <summary>Number of locations.</summary>
    public int LocationCount => Tables.LocationCount;

    /// <summary>Number of functions.</summary>
    public int FunctionCount => Tables.Functions.Length;

    /// <summary>What was mapped into the process; the first is its program.</summary>
    public IReadOnlyList<PprofMapping> Mappings { get; }

    /// <summary>Free text.</summary>
    public IReadOnlyList<string> Comments { get; }

    /// <summary>Functions by this pattern, and what they call, are left out; empty when there is none.</summary>
    public string DropFrames => Strings[Tables.DropFrames];

    /// <summary>But not those by this pattern.</summary>
    public string KeepFrames => Strings[Tables.KeepFrames];

    /// <summary>An address that explains the profile; empty when there is none.</summary>
    public string DocUrl => Strings[Tables.DocUrl];

    /// <summary>When it was taken, in nanoseconds since 1970 UTC; 0 when the writer does not say.</summary>
    public long TimeNanoseconds => Tables.TimeNanoseconds;

    /// <summary>How long it took, in nanoseconds; 0 when the writer does not say, or for a profile of one moment.</summary>
    public long DurationNanoseconds => Tables.DurationNanoseconds;

    /// <summary>What lies between two samples.</summary>
    public SampleType PeriodType { get; }

    /// <summary>How much of it.</summary>
    public long Period => Tables.Period;

    internal ProfileTables Tables { get; }

    internal StringTable Strings { get; }

    /// <summary>
    /// The index of a kind of value by its name or its number, chosen as <c>go tool pprof -sample_index</c> does; for null or an empty name the
    /// writer's default, or else the last.
    /// </summary>
    /// <returns>-1 when there is none of that name.</returns>
    public int FindSampleType(string? name)
    {
        if (string.IsNullOrEmpty(name))
            return DefaultSampleType.Length > 0 && ByName(DefaultSampleType) is >= 0 and var index ? index : SampleTypes.Count - 1;
        if (int.TryParse(name, out var number))
            return number >= 0 && number < SampleTypes.Count ? number : -1;
        var exact = ByName(name);
        return exact < 0 && name.StartsWith("inuse_", StringComparison.Ordinal) ? ByName(name["inuse_".Length..]) : exact;
    }

    /// <summary>One value of a sample.</summary>
    public long Value(int sample, int sampleType) => Tables.Values[(sample * SampleTypes.Count) + sampleType];

    /// <summary>The values of all samples, whatever their labels; it wraps at the ends of its range, as pprof's does.</summary>
    public long Total(int sampleType)
    {
        long total = 0;
        for (var sample = 0; sample < SampleCount; sample++)
            total = unchecked(total + Value(sample, sampleType));
        return total;
    }

    /// <summary>A sample's locations, the innermost first.</summary>
    public ReadOnlySpan<int> Stack(int sample)
    {
        var start = Tables.StackEnd(sample - 1);
        return new(Tables.Stacks, start, Tables.StackEnd(sample) - start);
    }

    /// <summary>The labels of a sample, in the order of the file.</summary>
    public IEnumerable<PprofLabel> Labels(int sample)
    {
        for (var i = Tables.LabelEnd(sample - 1); i < Tables.LabelEnd(sample); i++)
            yield return Label(i);
    }

    /// <summary>A location: its address, the index of its mapping (-1 for none), whether several addresses were folded into it, and its lines.</summary>
    public PprofLocation Location(int index) =>
        new(Tables.Addresses[index], Tables.LocationMappings[index], Tables.Folded[index], Tables.LineEnd(index) - Tables.LineEnd(index - 1));

    /// <summary>One of a location's lines; 0 is the innermost, the others are those it was inlined into.</summary>
    public PprofLine Line(int location, int line) => Tables.Lines[Tables.LineEnd(location - 1) + line];

    /// <summary>A function.</summary>
    public PprofFunction Function(int index)
    {
        var row = Tables.Functions[index];
        return new(Strings[row.Name], Strings[row.SystemName], Strings[row.File], row.StartLine);
    }

    internal PprofLabel Label(int index)
    {
        var row = Tables.Labels[index];
        return new(Strings[row.Key], row.Text == 0 ? null : Strings[row.Text], row.Number, Strings[row.Unit]);
    }

    private int ByName(string name)
    {
        for (var i = 0; i < SampleTypes.Count; i++)
        {
            if (SampleTypes[i].Type == name)
                return i;
        }

        return -1;
    }
}

/// <summary>What was mapped into the process.</summary>
/// <param name="Start">First address.</param>
/// <param name="Limit">The address after the last.</param>
/// <param name="FileOffset">Where in the file it begins.</param>
public sealed record PprofMapping(
    ulong Start, ulong Limit, ulong FileOffset, bool HasFunctions, bool HasFilenames, bool HasLineNumbers, bool HasInlineFrames)
{
    /// <summary>The file, or what the kernel calls it, such as <c>[vdso]</c>.</summary>
    public string File { get; init; } = "";

    /// <summary>The build's id; empty when it is not known.</summary>
    public string BuildId { get; init; } = "";

    internal int FileString { get; init; }

    internal int BuildIdString { get; init; }
}

/// <summary>A label of a sample: text, or a number with its unit.</summary>
/// <param name="Text">Null for a number.</param>
/// <param name="Unit">Of the number; empty when the writer does not say.</param>
public readonly record struct PprofLabel(string Key, string? Text, long Number, string Unit);

/// <summary>A location.</summary>
/// <param name="Mapping">Index of its mapping, -1 for none.</param>
public readonly record struct PprofLocation(ulong Address, int Mapping, bool IsFolded, int LineCount);

/// <summary>A line of a location.</summary>
/// <param name="Function">Index of the function.</param>
public readonly record struct PprofLine(int Function, long Line, long Column);

/// <summary>A function.</summary>
/// <param name="SystemName">As the linker knows it.</param>
public sealed record PprofFunction(string Name, string SystemName, string File, long StartLine);
