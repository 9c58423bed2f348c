using System.Collections.Concurrent;
using FleetConsole.Contracts.V1;

namespace FleetConsole.Server.Features.Findings;

/// <summary>The last look for drift at each bin width.</summary>
internal sealed class DriftBoard
{
    private readonly ConcurrentDictionary<double, DriftLook> _looks = new();

    public IEnumerable<DriftLook> Looks => _looks.Values.OrderByDescending(look => look.BinSeconds);

    public void Show(DriftLook look) => _looks[look.BinSeconds] = look;

    /// <summary>A look failed: what the last one counted stays, with the reason beside it.</summary>
    public void Fail(double binSeconds, string problem) => _looks.AddOrUpdate(
        binSeconds, bin => new DriftLook { BinSeconds = bin, Problem = problem }, (_, last) => new DriftLook(last) { Problem = problem });
}
