namespace FleetConsole.Analysis.Profiling;

/// <summary>
/// The first of two walks over a profile: how many there are of everything, held against the limits. Fields may come in any order (Go writes samples
/// before the locations they name), so nothing can be resolved before all is counted.
/// </summary>
internal sealed class PprofCounts
{
    private readonly PprofLimits _limits;
    private long _samples, _stacked, _labels, _locations, _lines, _functions, _mappings, _strings, _sampleTypes, _comments;

    private PprofCounts(PprofLimits limits) => _limits = limits;

    public int Samples => (int)_samples;

    /// <summary>Locations of all samples together.</summary>
    public int Stacked => (int)_stacked;

    public int Labels => (int)_labels;

    public int Locations => (int)_locations;

    public int Lines => (int)_lines;

    public int Functions => (int)_functions;

    public int Mappings => (int)_mappings;

    public int Strings => (int)_strings;

    public int StringBytes { get; private set; }

    public int SampleTypes => (int)_sampleTypes;

    public int Comments => (int)_comments;

    public static PprofCounts Of(ReadOnlySpan<byte> data, PprofLimits limits)
    {
        var counts = new PprofCounts(limits);
        var cursor = new ProtoCursor(data, 0);
        while (!cursor.IsAtEnd)
        {
            var offset = cursor.Offset;
            var (field, wire) = cursor.ReadTag();
            counts.Count(ref cursor, field, wire, offset);
        }

        if (counts._sampleTypes == 0)
            throw new PprofFormatException(data.Length, "there is no sample type: this is no profile, or it ends too early");
        if (counts._samples * counts._sampleTypes > limits.Values)
            throw new PprofFormatException(data.Length, $"{counts._samples} samples of {counts._sampleTypes} values each are more than {limits.Values}");
        return counts;
    }

    private void Count(ref ProtoCursor cursor, int field, WireType wire, int offset)
    {
        switch (field)
        {
            case 1:
                cursor.ReadMessage(field, wire);
                Add(ref _sampleTypes, 1, _limits.SampleTypes, "sample types", offset);
                break;
            case 2:
                CountSample(cursor.ReadMessage(field, wire), offset);
                break;
            case 3:
                cursor.ReadMessage(field, wire);
                Add(ref _mappings, 1, _limits.Mappings, "mappings", offset);
                break;
            case 4:
                CountLocation(cursor.ReadMessage(field, wire), offset);
                break;
            case 5:
                cursor.ReadMessage(field, wire);
                Add(ref _functions, 1, _limits.Functions, "functions", offset);
                break;
            case 6:
                StringBytes += cursor.ReadMessage(field, wire).Rest.Length;
                Add(ref _strings, 1, _limits.Strings, "strings", offset);
                break;
            case 13:
                Add(ref _comments, CountNumbers(ref cursor, field, wire), _limits.Strings, "comments", offset);
                break;
            default:
                cursor.Skip(field, wire);
                break;
        }
    }

    private void CountSample(ProtoCursor sample, int offset)
    {
        Add(ref _samples, 1, _limits.Samples, "samples", offset);
        while (!sample.IsAtEnd)
        {
            var at = sample.Offset;
            var (field, wire) = sample.ReadTag();
            if (field == 1)
                Add(ref _stacked, CountNumbers(ref sample, field, wire), _limits.Frames, "frames", at);
            else
                sample.Skip(field, wire);
            if (field == 3)
                Add(ref _labels, 1, _limits.Labels, "labels", at);
        }
    }

    private void CountLocation(ProtoCursor location, int offset)
    {
        Add(ref _locations, 1, _limits.Locations, "locations", offset);
        while (!location.IsAtEnd)
        {
            var at = location.Offset;
            var (field, wire) = location.ReadTag();
            location.Skip(field, wire);
            if (field == 4)
                Add(ref _lines, 1, 2L * _limits.Locations, "lines", at);
        }
    }

    private static int CountNumbers(ref ProtoCursor cursor, int field, WireType wire)
    {
        if (wire == WireType.Bytes)
            return cursor.ReadMessage(field, wire).CountVarints();
        cursor.ReadInt(field, wire);
        return 1;
    }

    private static void Add(ref long count, int more, long limit, string what, int offset)
    {
        count += more;
        if (count > limit)
            throw new PprofFormatException(offset, $"there are more than {limit} {what}");
    }
}
