using System.IO.Compression;

namespace FleetConsole.Analysis.Profiling;

/// <summary>
/// Writes a tree as profile.proto with gzip around it, so that what perf saw can be looked at with the tools that everybody has. Functions keep name and file;
/// lines and addresses, which a tree does not have, are left out.
/// </summary>
public static class PprofWriter
{
    // The fields of profile.proto's messages.
    private const int SampleTypeField = 1, SampleField = 2, LocationField = 4, FunctionField = 5, StringField = 6, TimeField = 9, DurationField = 10;

    /// <summary>Writes it; the stream stays open.</summary>
    /// <param name="tree">What is written: a sample for each node that has something itself.</param>
    /// <param name="timeNanoseconds">When it was taken, since 1970 UTC.</param>
    /// <param name="durationNanoseconds">How long that took.</param>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    public static void Write(FlameTree tree, long timeNanoseconds, long durationNanoseconds, Stream stream)
    {
        var strings = new Dictionary<string, long>(StringComparer.Ordinal) { [""] = 0 };
        long Index(string text)
        {
            if (!strings.TryGetValue(text, out var index))
                strings.Add(text, index = strings.Count);
            return index;
        }

        using var gzip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true);
        new ProtoOutput().Message(SampleTypeField, new ProtoOutput().Number(1, Index(tree.Type.Type)).Number(2, Index(tree.Type.Unit)))
            .Number(TimeField, timeNanoseconds).Number(DurationField, durationNanoseconds).CopyTo(gzip);
        tree.AddStacks((stack, value) => Sample(stack, value).CopyTo(gzip));

        // One location and one function for each frame; ids begin at 1.
        for (var frame = 0; frame < tree.Frames.Count; frame++)
        {
            var name = Index(tree.Frames.Name(frame));
            new ProtoOutput().Message(LocationField, new ProtoOutput().Number(1, frame + 1).Message(4, new ProtoOutput().Number(1, frame + 1)))
                .Message(FunctionField, new ProtoOutput().Number(1, frame + 1).Number(2, name).Number(3, name).Number(4, Index(tree.Frames.File(frame)))).CopyTo(gzip);
        }

        foreach (var text in strings.OrderBy(entry => entry.Value))
            new ProtoOutput().Text(StringField, text.Key).CopyTo(gzip);
    }

    // The innermost location first, as the format wants it.
    private static ProtoOutput Sample(ReadOnlySpan<int> stack, long value)
    {
        var locations = new long[stack.Length];
        for (var i = 0; i < stack.Length; i++)
            locations[i] = stack[^(i + 1)] + 1;
        return new ProtoOutput().Message(SampleField, new ProtoOutput().Numbers(1, locations).Numbers(2, [value]));
    }
}
