using System.Globalization;
using FleetConsole.Analysis.Profiling;

namespace FleetConsole.Server.Shell;

/// <summary>Tables as <c>go tool pprof -top</c> prints them: functions below half a per cent are left out and counted.</summary>
internal static class ProfileText
{
    public static void Write(ReadProfile read, TextWriter output)
    {
        var (profile, tree) = (read.Profile, read.Tree);
        var rows = TopTable.Of(tree);
        var cutoff = TopTable.Cutoff(rows);
        var shown = rows.Where(row => row.Cum >= cutoff || row.Cum <= -cutoff).ToList();
        WriteHeader(profile, tree, output);
        if (shown.Count < rows.Count)
            output.WriteLine($"Dropped {rows.Count - shown.Count} functions (cum < {ValueFormat.Text(cutoff, tree.Type)})");
        output.WriteLine($"{"flat",10} {"flat",7} {"sum",7} {"cum",10} {"cum",7}");
        var like = shown.Count == 0 ? 0 : shown.Max(row => Math.Abs((double)row.Cum)) / 100;
        long sum = 0;
        foreach (var row in shown)
        {
            sum += row.Flat;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{ValueFormat.Text(row.Flat, tree.Type, like),10} {Share(row.Flat, tree),7} {Share(sum, tree),7} {ValueFormat.Text(row.Cum, tree.Type, like),10} {Share(row.Cum, tree),7}  {row.Name}"));
        }
    }

    public static void Write(ReadProfile older, ReadProfile newer, DiffWeights weights, TextWriter output)
    {
        var type = older.Tree.Type;
        output.WriteLine($"Type: {type.Type}");
        output.WriteLine($"{older.Name}: {ValueFormat.Text(older.Tree.Total, type)}{Lasting(older.Profile)}");
        output.WriteLine($"{newer.Name}: {ValueFormat.Text(newer.Tree.Total, type)}{Lasting(newer.Profile)}");
        output.WriteLine($"{"flat",9} {"cum",9} {"older flat",11} {"newer flat",11} {"older cum",11} {"newer cum",11}");
        var rows = DiffTable.Of(older.Tree, newer.Tree, weights).Where(row => Math.Max(Math.Abs(row.FlatDelta), Math.Abs(row.CumDelta)) >= TopTable.LeastShare);
        foreach (var row in rows)
        {
            output.WriteLine(
                $"{Signed(row.FlatDelta),9} {Signed(row.CumDelta),9} {ValueFormat.Text(row.FlatBefore, type),11} {ValueFormat.Text(row.FlatAfter, type),11} {ValueFormat.Text(row.CumBefore, type),11} {ValueFormat.Text(row.CumAfter, type),11}  {row.Name}");
        }
    }

    private static void WriteHeader(PprofProfile profile, FlameTree tree, TextWriter output)
    {
        if (profile.Mappings is [{ File.Length: > 0 } program, ..])
            output.WriteLine($"File: {Path.GetFileName(program.File)}");
        output.WriteLine($"Type: {tree.Type.Type}");
        if (profile.TimeNanoseconds > 0)
            output.WriteLine($"Time: {DateTimeOffset.UnixEpoch.AddTicks(profile.TimeNanoseconds / TimeSpan.NanosecondsPerTick):yyyy-MM-dd HH:mm:ss} UTC");
        output.WriteLine($"Total: {ValueFormat.Text(tree.Total, tree.Type)}{Lasting(profile)}");
    }

    private static string Lasting(PprofProfile profile) =>
        profile.DurationNanoseconds == 0 ? "" : $" in {ValueFormat.Text(profile.DurationNanoseconds, new("duration", "nanoseconds"))}";

    private static string Share(long value, FlameTree tree) => ValueFormat.Share(ValueFormat.Part(value, tree.Total));

    private static string Signed(double delta) => (delta > 0 ? "+" : "") + ValueFormat.Share(delta);
}
