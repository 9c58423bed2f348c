using System.Text;
using FleetConsole.Analysis.Profiling;

namespace FleetConsole.Analysis.Tests.Profiling;

public sealed class PerfScriptTests
{
    // As perf 6.1 printed it of a server and its children; addresses and stacks shortened.
    private const string Script = """
        git-rpc-server  8181/8190 40175.277742:   10101010 cpu-clock: 
        	ffffffff815eb23f copy_page_range+0x180f ([kernel.kallsyms])
        	ffffffff81358624 kernel_clone+0x94 ([kernel.kallsyms])
        	          4d4353 git-rpc-server/spawn.(*Spawner).Run+0x23 (/opt/git rpc/server)

        git  8200 40175.373111:   10101010 cpu-clock: 
        	           7b2c3 hash_search+0xd3 (/usr/bin/git)
        	    55d3c81b4670 [unknown] ([unknown])

        git upload-pack  8201 [001] 40175.467442:   20202020 cpu-clock: 
        	           98aa2 malloc+0x172 (/usr/lib/x86_64-linux-gnu/libc.so.6)
        	    55d3c81b4670 [unknown] (/usr/bin/git)
        """;

    [Fact]
    public void Programs_stand_under_the_root_with_their_stacks_and_times()
    {
        var tree = Read(Script);

        Assert.Equal((40_404_040, new SampleType("cpu", "nanoseconds")), (tree.Total, tree.Type));
        Assert.Equal(["git upload-pack", "git-rpc-server", "git"], tree.ChildrenOf(0).Select(tree.NameOf));
        Assert.Equal(10_101_010, tree.SelfOf(tree.Find(["git-rpc-server", "git-rpc-server/spawn.(*Spawner).Run", "kernel_clone", "copy_page_range"])));
        Assert.Equal(20_202_020, tree.SelfOf(tree.Find(["git upload-pack", "[git]", "malloc"])));
        Assert.Equal("/opt/git rpc/server", tree.Frames.File(tree.Frames.Find("git-rpc-server/spawn.(*Spawner).Run")));
    }

    [Fact]
    public void Written_as_pprof_and_read_again_it_is_the_same_tree()
    {
        var tree = Read(Script);
        using var file = new MemoryStream();
        PprofWriter.Write(tree, 1_764_000_000_000_000_000, 5_000_000_000, file);
        file.Position = 0;

        var profile = PprofReader.Read(file);
        var again = FlameTree.Of(profile, new FlameOptions());

        Assert.Equal((1_764_000_000_000_000_000, 5_000_000_000), (profile.TimeNanoseconds, profile.DurationNanoseconds));
        Assert.Equal((tree.Type, tree.Total, tree.Count), (again.Type, again.Total, again.Count));
        Assert.Equal(TopTable.Of(tree).Select(Shown), TopTable.Of(again).Select(Shown));

        static (string, string, long, long) Shown(TopRow row) => (row.Name, row.File, row.Flat, row.Cum);
    }

    [Theory]
    [InlineData("instructions:u", "instructions:u", 5)]
    [InlineData("faults", "faults", 5)]
    public void Another_event_is_counted(string name, string type, long total)
    {
        var tree = Read($"a 1 1.5: 5 {name}: \n\t7b main+0x1 (/bin/a)\n");

        Assert.Equal((type, "count", total), (tree.Type.Type, tree.Type.Unit, tree.Total));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nothing of the kind\n\tand no frame\n")]
    [InlineData("a 1 x: y\n")]
    [InlineData("\t7b main+0x1 (/bin/a)\n")]
    public void What_holds_no_sample_is_refused(string text) => Assert.Throws<PerfScriptFormatException>(() => Read(text));

    [Fact]
    public void Cut_anywhere_it_is_read_as_far_as_it_goes_or_refused()
    {
        var bytes = Encoding.UTF8.GetBytes(Script);
        for (var length = 0; length < bytes.Length; length++)
        {
            try
            {
                using var stream = new MemoryStream(bytes, 0, length);
                Assert.InRange(PerfScriptReader.Read(stream).Total, 1, 40_404_040);
            }
            catch (PerfScriptFormatException)
            {
                Assert.True(length < 60, $"refused at {length} bytes, behind the first head");
            }
        }
    }

    private static FlameTree Read(string text)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return PerfScriptReader.Read(stream);
    }
}
