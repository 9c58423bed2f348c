using System.IO.Compression;
using FleetConsole.Analysis.Profiling;

namespace FleetConsole.Analysis.Tests.Profiling;

/// <summary>What is written is read, whatever the order, the packing and the ids; what is no profile ends in one kind of exception, soon.</summary>
public sealed class PprofFormatTests
{
    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(1, 1, true)]
    [InlineData(0x7f00_1234_5678, 4096, false)]
    [InlineData(-8, 3, false)]
    public void Everything_that_is_written_is_read(long firstId, long step, bool unpacked)
    {
        var profile = PprofReader.Read(Whole(firstId, step, unpacked).ToBytes());

        Assert.Equal([new("samples", "count"), new("cpu", "nanoseconds")], profile.SampleTypes);
        Assert.Equal(("cpu", "goroutine.*", "keep", "https://example.org/doc"), (profile.DefaultSampleType, profile.DropFrames, profile.KeepFrames, profile.DocUrl));
        Assert.Equal((1234L, 5678L, 10L), (profile.TimeNanoseconds, profile.DurationNanoseconds, profile.Period));
        Assert.Equal(new SampleType("cpu", "nanoseconds"), profile.PeriodType);
        Assert.Equal(["first", "second"], profile.Comments);
        var mapping = Assert.Single(profile.Mappings);
        Assert.Equal((0x400000UL, 0x500000UL, 0x1000UL, "/bin/git-rpc", "b1"), (mapping.Start, mapping.Limit, mapping.FileOffset, mapping.File, mapping.BuildId));
        Assert.Equal((true, false, false, true), (mapping.HasFunctions, mapping.HasFilenames, mapping.HasLineNumbers, mapping.HasInlineFrames));
        Assert.Equal((2, 3, 4), (profile.SampleCount, profile.LocationCount, profile.FunctionCount));
        Assert.Equal([5L, -50, 7, 70], [profile.Value(0, 0), profile.Value(0, 1), profile.Value(1, 0), profile.Value(1, 1)]);
        Assert.Equal(["c", "a>b", "c", "main"], Names(profile, 0).Concat(Names(profile, 1)));
        Assert.Equal([new PprofLabel("method", "RefExists", 0, ""), new PprofLabel("bytes", null, -32, "bytes")], profile.Labels(1));
        Assert.Empty(profile.Labels(0));
        Assert.Equal(new PprofFunction("c", "c", "/src/c.go", 7), profile.Function(profile.Line(profile.Stack(0)[0], 0).Function));
        Assert.Equal((11L, 2L), (profile.Line(profile.Stack(0)[1], 1).Line, profile.Line(profile.Stack(0)[1], 1).Column));
    }

    [Fact]
    public void A_location_without_lines_is_named_by_its_mapping()
    {
        var made = new MadeProfile().Type("cpu", "count").Mapping(7, "/lib/libc.so.6", "").Bare("x", 7).Bare("y", 0).Sample("x y", 3);

        var tree = FlameTree.Of(PprofReader.Read(made.ToBytes()), new());

        Assert.Equal(["<unknown>", "[libc.so.6]"], TopTable.Of(tree).Select(row => row.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_stream_that_cannot_be_sought_is_read_zipped_and_unzipped()
    {
        var bytes = Whole(1, 1, false).ToBytes();
        foreach (var file in new[] { bytes, Zip(bytes) })
        {
            using var stream = new GZipStream(new MemoryStream(Zip(file)), CompressionMode.Decompress);
            Assert.Equal(2, PprofReader.Read(stream).SampleCount);
        }
    }

    // A protobuf cut between two fields is whole, but its strings, which Go writes last, are missing then.
    [Fact]
    public void A_profile_cut_anywhere_is_refused()
    {
        var bytes = Whole(1, 1, false).ToBytes();
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<PprofFormatException>(() => PprofReader.Read(bytes.AsSpan(0, length)));
    }

    [Theory]
    [InlineData("goroutine")]
    [InlineData("heap")]
    public void A_recorded_file_cut_anywhere_is_refused(string name)
    {
        var zipped = File.ReadAllBytes(Path.Join(AppContext.BaseDirectory, "Golden", "profiles", name + ".pb.gz"));
        for (var length = 0; length < zipped.Length; length += length > zipped.Length - 20 ? 1 : 1 + (length / 50))
            Assert.Throws<PprofFormatException>(() => PprofReader.Read(zipped.AsSpan(0, length)));
    }

    internal static MadeProfile Whole(long firstId, long step, bool unpacked) =>
        new MadeProfile { FirstId = firstId, IdStep = step, Unpacked = unpacked }
            .Type("samples", "count").Type("cpu", "nanoseconds")
            .Sample("c a>b", 5, -50)
            .Sample("c main", [7, 70], ("method", "RefExists", 0, ""), ("bytes", null, -32, "bytes"))
            .Mapping(3, "/bin/git-rpc", "b1")
            .Text(7, "goroutine.*").Text(8, "keep").Number(9, 1234).Number(10, 5678)
            .Add(11, m => m.Number(1, 3).Number(2, 4)).Number(12, 10)
            .Text(13, "first").Text(13, "second").Text(14, "cpu").Text(15, "https://example.org/doc")
            .Raw(m => m.Tag(99, 1).Raw(1, 2, 3, 4, 5, 6, 7, 8).Tag(98, 5).Raw(1, 2, 3, 4).Tag(97, 0).Varint(5).Message(96, "later"u8));

    internal static byte[] Zip(byte[] bytes)
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Optimal))
            gzip.Write(bytes);
        return zipped.ToArray();
    }

    private static List<string> Names(PprofProfile profile, int sample)
    {
        var names = new List<string>();
        foreach (var location in profile.Stack(sample))
        {
            var lines = Enumerable.Range(0, profile.Location(location).LineCount);
            names.Add(string.Join('>', lines.Select(line => profile.Function(profile.Line(location, line).Function).Name)));
        }

        return names;
    }
}
