using System.Text.Json;
using FleetConsole.Analysis.Profiling;

namespace FleetConsole.Server.Shell;

/// <summary>The same tables for programs: every function, values in the profile's own unit.</summary>
internal static class ProfileJson
{
    public static string Of(ReadProfile read) => JsonSerializer.Serialize(new
    {
        file = read.Name,
        type = read.Tree.Type.Type,
        unit = read.Tree.Type.Unit,
        total = read.Tree.Total,
        time_ns = read.Profile.TimeNanoseconds,
        duration_ns = read.Profile.DurationNanoseconds,
        functions = TopTable.Of(read.Tree).Select(row => new { name = row.Name, file = row.File, flat = row.Flat, cum = row.Cum }),
    });

    public static string Of(ReadProfile older, ReadProfile newer, DiffWeights weights) => JsonSerializer.Serialize(new
    {
        older = older.Name,
        newer = newer.Name,
        type = older.Tree.Type.Type,
        unit = older.Tree.Type.Unit,
        older_total = older.Tree.Total,
        newer_total = newer.Tree.Total,
        functions = DiffTable.Of(older.Tree, newer.Tree, weights).Select(row => new
        {
            name = row.Name,
            file = row.File,
            flat_delta = row.FlatDelta,
            cum_delta = row.CumDelta,
            older_flat = row.FlatBefore,
            newer_flat = row.FlatAfter,
            older_cum = row.CumBefore,
            newer_cum = row.CumAfter,
        }),
    });
}
