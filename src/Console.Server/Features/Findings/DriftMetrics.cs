using FleetConsole.Analysis.Drift;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Hosting;

namespace FleetConsole.Server.Features.Findings;

/// <summary>The newest look as the console's own metrics: alerts are made of them, not of the pages.</summary>
internal sealed class DriftMetrics
{
    private readonly Dictionary<string, HashSet<(string Host, string Method)>> _shown = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<(string Host, string Method)>> _apart = new(StringComparer.Ordinal);

    public void Show(Look look)
    {
        var bin = FormattableString.Invariant($"{look.Data.Options.Bins.WidthSeconds:0}");
        ConsoleMetrics.FleetDrift.WithLabels(bin).Set((int)DriftDetails.State(look.Report.Fleet.Verdict));
        ConsoleMetrics.LastLook.WithLabels(bin).Set(look.Report.Now);
        var (now, apart) = (new HashSet<(string, string)>(), new HashSet<(string, string)>());
        foreach (var series in look.Report.Series)
        {
            if ((FindingOf(series.Verdict)?.AgainstFleet ?? series.OutsideBand) is { } against)
            {
                apart.Add((series.Host.Name, series.Method));
                ConsoleMetrics.AgainstFleet.WithLabels(series.Host.Name, series.Method, bin).Set(against.Value);
            }

            var state = DriftDetails.State(series.Verdict);
            if (state is not (DriftState.Drifting or DriftState.Suspected))
                continue;
            now.Add((series.Host.Name, series.Method));
            ConsoleMetrics.DriftState.WithLabels(series.Host.Name, series.Method, bin).Set((int)state);
            ConsoleMetrics.DriftRatio.WithLabels(series.Host.Name, series.Method, bin).Set(FindingOf(series.Verdict)?.Ratio.Value ?? 1);
        }

        foreach (var (host, method) in _shown.GetValueOrDefault(bin, []).Except(now))
        {
            ConsoleMetrics.DriftState.RemoveLabelled(host, method, bin);
            ConsoleMetrics.DriftRatio.RemoveLabelled(host, method, bin);
        }

        foreach (var (host, method) in _apart.GetValueOrDefault(bin, []).Except(apart))
            ConsoleMetrics.AgainstFleet.RemoveLabelled(host, method, bin);
        (_shown[bin], _apart[bin]) = (now, apart);
    }

    private static DriftFinding? FindingOf(DriftVerdict verdict) => verdict switch
    {
        DriftVerdict.Drifting drifting => drifting.Finding,
        DriftVerdict.Suspected suspected => suspected.Finding,
        _ => null,
    };
}
