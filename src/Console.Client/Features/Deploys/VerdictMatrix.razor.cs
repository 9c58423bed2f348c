using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Deploys;

/// <summary>
/// The verdicts, a row for each method, a column for each host in the order of the rollout: on p99, or while that rests on
/// too few requests for a word on p50, which needs far fewer.
/// </summary>
public partial class VerdictMatrix
{
    [Parameter, EditorRequired]
    public required DeployReply Reply { get; set; }

    [Parameter, EditorRequired]
    public required IReadOnlyList<string> Methods { get; set; }

    /// <summary>The method that is shown below.</summary>
    [Parameter]
    public string Chosen { get; set; } = "";

    private IReadOnlyList<string> Hosts { get; set; } = [];

    protected override void OnParametersSet() => Hosts = [.. Reply.Deploy.Steps.Select(step => step.Host).Distinct()];

    private LatencyVerdict? Cell(string method, string host) =>
        Reply.Verdicts.Where(v => v.Method == method && v.Host == host)
            .OrderBy(v => v.Verdict == Verdict.NotEnoughData).ThenByDescending(v => v.Quantile).FirstOrDefault();
}
