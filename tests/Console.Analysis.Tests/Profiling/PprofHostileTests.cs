using FleetConsole.Analysis.Profiling;

namespace FleetConsole.Analysis.Tests.Profiling;

/// <summary>Files made to hurt.</summary>
public sealed class PprofHostileTests
{
    private static MadeProfile One => new MadeProfile().Type("cpu", "count").Sample("a b", 1);

    public static TheoryData<string, byte[]> Files { get; } = new()
    {
        { "there is nothing to read", [] },
        { "field 2 claims 4294967295 bytes and 0 follow", new ProtoWriter().Tag(2, 2).Varint(uint.MaxValue).Bytes },
        { "claims 18446744073709551615 bytes", new ProtoWriter().Tag(6, 2).Varint(ulong.MaxValue).Bytes },
        { "a number has more than 64 bits", new ProtoWriter().Tag(9, 0).Raw(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02).Bytes },
        { "a number has more than 64 bits", new ProtoWriter().Tag(9, 0).Raw([.. Enumerable.Repeat((byte)0x80, 5000)]).Bytes },
        { "a number is cut off", new ProtoWriter().Tag(9, 0).Raw(0x80).Bytes },
        { "field number 0 does not exist", [0x00] },
        { "wire type 3 of field 1 does not occur", [0x0b] },
        { "field 99 is cut off", new ProtoWriter().Tag(99, 1).Raw(1).Bytes },
        { "field 2 has wire type 0 where 2 belongs", One.Raw(m => m.Tag(2, 0).Varint(1)).ToBytes() },
        { "field 9 has wire type 2 where 0 belongs", One.Raw(m => m.Message(9, "x"u8)).ToBytes() },
        { "a sample has 2 values for 1 types", One.Sample("a", 1, 2).ToBytes() },
        { "a sample has 0 values for 1 types", One.Sample("a").ToBytes() },
        { "there is no sample type", new MadeProfile().Mapping(1, "x", "").ToBytes() },
        { "there is no location with the id 77", One.Add(2, m => m.Packed(1, [77]).Packed(2, [1])).ToBytes() },
        { "there is no location with the id 0", One.Add(2, m => m.Packed(1, [0]).Packed(2, [1])).ToBytes() },
        { "there is no function with the id 78", One.Add(4, m => m.Number(1, 9).Message(4, l => l.Number(1, 78))).ToBytes() },
        { "there is no function with the id 0", One.Add(4, m => m.Number(1, 9).Message(4, l => l.Number(2, 78))).ToBytes() },
        { "location id 1 is given twice", One.Add(4, m => m.Number(1, 1)).ToBytes() },
        { "function id 900000000000 is given twice", One.Add(5, m => m.Number(1, 900000000000)).Add(5, m => m.Number(1, 900000000000)).ToBytes() },
        { "mapping has the reserved id 0", One.Mapping(0, "x", "").ToBytes() },
        { "string 1000 of", One.Add(5, m => m.Number(1, 9).Number(2, 1000)).ToBytes() },
        { "string -1 of", One.Number(7, -1).ToBytes() },
        { "the first string is not empty", new ProtoWriter().Message(6, "x"u8).Message(1, []).Bytes },
        { "a second profile begins", One.Number(9, 5).Number(9, 6).ToBytes() },
        { "this is text and no profile", "goroutine profile: total 153\n"u8.ToArray() },
        { "the gzip data are damaged or cut off", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 2, 3, 4] },
        { "there is nothing to read", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3] },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void A_broken_file_is_refused_with_what_is_wrong(string problem, byte[] file)
    {
        var refused = Assert.Throws<PprofFormatException>(() => PprofReader.Read(file));

        Assert.Contains(problem, refused.Problem, StringComparison.Ordinal);
        Assert.InRange(refused.Offset, 0, file.Length);
    }

    [Fact]
    public void The_offset_is_that_of_the_broken_field()
    {
        var file = One.ToBytes();
        byte[] longer = [.. file, .. new ProtoWriter().Tag(5, 2).Varint(100).Bytes];

        var refused = Assert.Throws<PprofFormatException>(() => PprofReader.Read(longer));

        Assert.Equal(file.Length + 1, refused.Offset);
    }

    [Fact]
    public void A_bomb_ends_at_the_limit()
    {
        var bomb = PprofFormatTests.Zip(new byte[40 << 20]);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var refused = Assert.Throws<PprofFormatException>(() => PprofReader.Read(bomb, new PprofLimits { UnzippedBytes = 1 << 20 }));

        Assert.Equal((1 << 20, "there are more than 1048576 bytes"), (refused.Offset, refused.Problem));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
    }

    [Fact]
    public void A_file_that_is_too_large_is_refused_before_it_is_read_to_its_end()
    {
        using var endless = new MemoryStream(new byte[3 << 20]);

        Assert.Throws<PprofFormatException>(() => PprofReader.Read(endless, new PprofLimits { FileBytes = 1 << 20 }));

        Assert.InRange(endless.Position, 0, (1 << 20) + 1);
    }

    public static TheoryData<string, PprofLimits> Limits { get; } = new()
    {
        { "samples", new() { Samples = 2 } },
        { "frames", new() { Frames = 4 } },
        { "labels", new() { Labels = 0 } },
        { "locations", new() { Locations = 1 } },
        { "functions", new() { Functions = 2 } },
        { "strings", new() { Strings = 3 } },
        { "mappings", new() { Mappings = 0 } },
        { "sample types", new() { SampleTypes = 0 } },
        { "3 samples of 1 values each", new() { Values = 2 } },
    };

    [Theory]
    [MemberData(nameof(Limits))]
    public void Every_count_has_its_limit(string what, PprofLimits limits)
    {
        var file = One.Sample("a b", [1], ("k", "v", 0, "")).Sample("a>b>c", 1).Mapping(1, "x", "").ToBytes();

        Assert.Contains(what, Assert.Throws<PprofFormatException>(() => PprofReader.Read(file, limits)).Problem, StringComparison.Ordinal);
        Assert.Equal(3, PprofReader.Read(file).SampleCount);
    }

    // 1,000 bytes of lines named 100,000 times would be 100 million frames.
    [Fact]
    public void Inlined_lines_count_as_frames()
    {
        var made = new MadeProfile().Type("cpu", "count");
        var location = string.Join('>', Enumerable.Repeat("f", 1000));
        for (var i = 0; i < 1000; i++)
            made.Sample(string.Join(' ', Enumerable.Repeat(location, 100)), 1);

        Assert.Contains("frames", Assert.Throws<PprofFormatException>(() => PprofReader.Read(made.ToBytes())).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(")]
    [InlineData("(?=a)")]
    public void A_pattern_that_cannot_be_read_drops_nothing(string pattern) =>
        Assert.Equal(2, FlameTree.Of(PprofReader.Read(new MadeProfile().Type("cpu", "count").Text(7, pattern).Sample("a", 1).ToBytes()), new()).Count);

    [Fact]
    public void A_pattern_costs_no_more_than_its_limit()
    {
        var profile = PprofReader.Read(new MadeProfile().Type("cpu", "count").Text(7, "abc").Sample("1234567 main", 1).ToBytes());

        Assert.Equal(3, FlameTree.Of(profile, new FlameOptions { Limits = new() { PatternWork = 33 } }).Count);
        Assert.Throws<PprofFormatException>(() => FlameTree.Of(profile, new FlameOptions { Limits = new() { PatternWork = 32 } }));
        Assert.Throws<PprofFormatException>(() => FlameTree.Of(profile, new FlameOptions { Limits = new() { PatternLength = 2 } }));
    }

    // Nested counts multiply: as an automaton this one would have a hundred million states.
    [Fact]
    public void A_pattern_that_explodes_drops_nothing() =>
        Assert.Equal(2, FlameTree.Of(PprofReader.Read(new MadeProfile().Type("cpu", "count").Text(7, "(((a{1,999}){1,999}){1,999})").Sample("b", 1).ToBytes()), new()).Count);

    [Fact]
    public void A_pattern_that_would_never_end_elsewhere_ends()
    {
        var made = new MadeProfile().Type("cpu", "count").Text(7, "(a*)*b").Sample(new string('a', 5000) + " main", 1);

        Assert.Equal(3, FlameTree.Of(PprofReader.Read(made.ToBytes()), new()).Count);
    }
}
