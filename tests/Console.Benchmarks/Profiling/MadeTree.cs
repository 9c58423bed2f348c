using System.Text.Json;
using FleetConsole.Analysis.Profiling;

namespace FleetConsole.Benchmarks.Profiling;

/// <summary>
/// Writes the whole tree of a profile for a library that draws it in a browser: FILE.nodes with depth, frame (both int32) and value (float64) of each node, each
/// before its children, and FILE.names with the frames' names as JSON.
/// </summary>
internal static class MadeTree
{
    public static void Write(string profile, string file)
    {
        using var input = File.OpenRead(profile);
        var read = PprofReader.Read(input);
        var tree = FlameTree.Of(read, new FlameOptions { SampleType = read.FindSampleType("") });
        using (var nodes = new BinaryWriter(File.Create($"{file}.nodes")))
        {
            var open = new Stack<(int Node, int Depth)>([(0, 0)]);
            while (open.TryPop(out var next))
            {
                nodes.Write(next.Depth);
                nodes.Write(tree.FrameOf(next.Node));
                nodes.Write((double)tree.TotalOf(next.Node));
                foreach (var child in tree.ChildrenOf(next.Node).Reverse())
                    open.Push((child, next.Depth + 1));
            }
        }

        File.WriteAllText($"{file}.names", JsonSerializer.Serialize(Enumerable.Range(0, tree.Frames.Count).Select(tree.Frames.Name)));
    }
}
