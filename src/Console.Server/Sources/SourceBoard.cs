using System.Collections.Concurrent;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Hosting;

namespace FleetConsole.Server.Sources;

/// <summary>One source as last seen. <paramref name="Message"/> is empty while it is up.</summary>
internal sealed record SourceReport(SourceKind Kind, string Name, bool Up, DateTimeOffset Since, string Message);

/// <summary>What every source's last answer was, and since when it has been so.</summary>
internal sealed class SourceBoard(TimeProvider time)
{
    private readonly ConcurrentDictionary<(SourceKind, string), SourceReport> _states = new();

    /// <summary>All sources that were asked at least once, Prometheus first, then by name.</summary>
    public IReadOnlyList<SourceReport> All =>
        [.. _states.Values.OrderBy(s => s.Kind).ThenBy(s => s.Name, StringComparer.Ordinal)];

    public SourceReport? Find(SourceKind kind, string name) => _states.GetValueOrDefault((kind, name));

    /// <summary>Records an answer. True when the source went up or down by it.</summary>
    public bool Up(SourceKind kind, string name) => Report(kind, name, true, "");

    /// <summary>Records a failure. True when the source went down by it; "since" stays at the first failure.</summary>
    public bool Down(SourceKind kind, string name, string message) => Report(kind, name, false, message);

    /// <summary>Forgets the sources of this kind that are not among <paramref name="names"/>: hosts that are gone for good.</summary>
    public void Keep(SourceKind kind, IReadOnlyCollection<string> names)
    {
        foreach (var (known, name) in _states.Keys.Where(key => key.Item1 == kind && !names.Contains(key.Item2)).ToList())
        {
            _states.TryRemove((known, name), out _);
            ConsoleMetrics.SourceUp.RemoveLabelled(Label(known), name);
        }
    }

    private static string Label(SourceKind kind) => kind.ToString().ToLowerInvariant();

    private bool Report(SourceKind kind, string name, bool up, string message)
    {
        var now = time.GetUtcNow();
        var changed = false;
        ConsoleMetrics.SourceUp.WithLabels(Label(kind), name).Set(up ? 1 : 0);
        _states.AddOrUpdate((kind, name),
            _ =>
            {
                changed = true;
                return new(kind, name, up, now, message);
            },
            (_, old) =>
            {
                changed = old.Up != up;
                return changed ? new(kind, name, up, now, message) : old with { Message = message };
            });
        return changed;
    }
}
