using System.Runtime.InteropServices;
using FleetConsole.Analysis.Profiling;
using FleetConsole.Contracts.V1;
using Google.Protobuf;
using FlameAncestor = FleetConsole.Analysis.Profiling.FlameAncestor;
using FlameFrame = FleetConsole.Analysis.Profiling.FlameFrame;

namespace FleetConsole.Server.Features.Captures;

/// <summary>Views as they travel: boxes as packed numbers, values as text, since only here it is known how a sample type is written.</summary>
internal static class FlameMessages
{
    private const int Columns = 8;
    private const int MostRows = 200;
    private static readonly string[] GoItself = ["runtime.", "runtime/", "syscall.", "internal/"];

    public static FlameReply Facts(ShelvedProfile profile)
    {
        var (shelved, type) = (profile.Shelved, profile.Tree.Type);
        var reply = new FlameReply
        {
            Capture = CaptureMessages.Of(profile.Row),
            Type = shelved.Type,
            Total = ValueFormat.Text(profile.Tree.Total, type),
            Seconds = shelved.DurationNanoseconds / 1e9,
            Functions = shelved.Top.Count,
        };
        reply.Types_.AddRange(shelved.Types.Select(t => new ProfileType { Type = t.Type, Unit = t.Unit }));
        reply.Labels.AddRange(shelved.Labels.Take(MostRows).Select(label => new ProfileLabel { Key = label.Key, Value = label.Value, Total = ValueFormat.Text(label.Total, type) }));
        return reply;
    }

    public static Flame Of(FlameView view, FlameTree tree, FlameSearch search)
    {
        var boxes = new double[view.Boxes.Count * Columns];
        var flame = new Flame();
        for (var i = 0; i < view.Boxes.Count; i++)
        {
            var box = view.Boxes[i];
            Put(boxes, i, box.Node, box.Parent, box.Depth, box.Start, box.Width, box.Frame, ValueFormat.Part(box.Self, view.Total), 0);
            flame.Values.Add($"{ValueFormat.Text(box.Total, tree.Type)} ({ValueFormat.Share(ValueFormat.Part(box.Total, view.Total))})");
        }

        flame.Boxes = Packed(boxes);
        flame.Frames.AddRange(view.Frames.Select(frame => Of(frame, search.IsMatch(frame.Frame))));
        return flame;
    }

    public static Flame Of(FlameDiffView view, FlameDiff diff, Predicate<string> isMatch)
    {
        var boxes = new double[view.Boxes.Count * Columns];
        var flame = new Flame();
        for (var i = 0; i < view.Boxes.Count; i++)
        {
            var box = view.Boxes[i];
            Put(boxes, i, box.Node, box.Parent, box.Depth, box.Start, box.Width, box.Frame, 0, box.Delta);
            flame.Values.Add(box.Node < 0 ? "" : $"{ValueFormat.Text(box.Before, diff.Type)} → {ValueFormat.Text(box.After, diff.Type)} ({Points(box.Delta)})");
        }

        flame.Boxes = Packed(boxes);
        flame.Frames.AddRange(view.Frames.Select(frame => Of(frame, isMatch(frame.Name))));
        return flame;
    }

    public static Contracts.V1.FlameAncestor Of(FlameAncestor ancestor) => new() { Node = ancestor.Node, Name = ancestor.Name };

    /// <summary>The top table: of what matches where something is searched for, otherwise of all; and what the search found.</summary>
    public static void AddTop(FlameReply reply, ShelvedTree shelved, string searched, FlameSearch search)
    {
        var (total, type) = (shelved.Tree.Total, shelved.Tree.Type);
        reply.Matched = ValueFormat.Text(search.Matched, type);
        reply.MatchedShare = search.Share;
        var found = shelved.Top.Where(row => searched.Length == 0 || search.IsMatch(row.Frame)).ToList();
        var rows = found.Take(MostRows).Concat(found.OrderByDescending(row => WrappingSum.Magnitude(row.Cum)).Take(MostRows)).DistinctBy(row => row.Frame);
        reply.Top.AddRange(rows.Select(row => new TopFunction
        {
            Name = row.Name,
            File = row.File,
            Flat = ValueFormat.Text(row.Flat, type),
            Cum = ValueFormat.Text(row.Cum, type),
            FlatShare = ValueFormat.Part(row.Flat, total),
            CumShare = ValueFormat.Part(row.Cum, total),
            Matches = search.IsMatch(row.Frame),
        }));
    }

    /// <summary>The top table of a difference, of the functions that match.</summary>
    public static void AddTop(FlameReply reply, IReadOnlyList<DiffRow> rows, SampleType type, Predicate<string> isMatch)
    {
        reply.Functions = rows.Count;
        rows = [.. rows.Where(row => isMatch(row.Name))];
        var shown = rows.Take(MostRows).Concat(rows.OrderByDescending(row => Math.Abs(row.CumDelta)).Take(MostRows)).DistinctBy(row => row.Name);
        reply.Top.AddRange(shown.Select(row => new TopFunction
        {
            Name = row.Name,
            File = row.File,
            Flat = ValueFormat.Text(row.FlatAfter, type),
            Cum = ValueFormat.Text(row.CumAfter, type),
            BaseFlat = ValueFormat.Text(row.FlatBefore, type),
            BaseCum = ValueFormat.Text(row.CumBefore, type),
            FlatShare = row.FlatDelta,
            CumShare = row.CumDelta,
        }));
    }

    /// <summary>What grew most, in one sentence; null when nothing grew.</summary>
    public static string? WhatGrew(IReadOnlyList<DiffRow> rows, FlameDiff diff)
    {
        // Two idle profiles have no rows at all.
        if (rows.Count == 0 || rows.MaxBy(row => row.FlatDelta) is not { FlatDelta: > 0 } itself)
            return null;

        // Of Go's own functions it says little that they grew; whose they are, says the nearest caller that is none of them.
        var owners = new Dictionary<string, double>(StringComparer.Ordinal);
        for (var node = 1; node < diff.Count; node++)
        {
            if (diff.NameOf(node) == itself.Name && diff.PathTo(node).Reverse().Select(diff.NameOf).FirstOrDefault(IsOwn) is { } owner)
                owners[owner] = owners.GetValueOrDefault(owner) + diff.DeltaOf(node);
        }

        var most = owners.Count > 0 ? owners.MaxBy(owner => owner.Value) : default;
        return most.Key is { } name && name != itself.Name && most.Value > 0
            ? $"What grew most is {itself.Name} ({Points(itself.FlatDelta)}), under {name} ({Points(most.Value)})."
            : $"What grew most is {itself.Name} ({Points(itself.FlatDelta)}).";
    }

    private static bool IsOwn(string name) => name.Length > 0 && !GoItself.Any(package => name.StartsWith(package, StringComparison.Ordinal));

    private static Contracts.V1.FlameFrame Of(FlameFrame frame, bool matches) => new() { Name = frame.Name, File = frame.File, Package = frame.Package, Matches = matches };

    // A change of shares, so in points and with its sign.
    private static string Points(double delta) => (delta >= 0 ? "+" : "−") + ValueFormat.Share(Math.Abs(delta));

    private static void Put(double[] boxes, int box, params ReadOnlySpan<double> columns) => columns.CopyTo(boxes.AsSpan(box * Columns));

    private static ByteString Packed(double[] boxes) => ByteString.CopyFrom(MemoryMarshal.AsBytes<double>(boxes));
}
