using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Deploys;

/// <summary>A verdict as a coloured word; the word alone says it too.</summary>
public partial class VerdictMark
{
    [Parameter, EditorRequired]
    public Verdict Word { get; set; }

    private string Text => Word switch
    {
        Verdict.Improved => "improved",
        Verdict.Worse => "worse",
        Verdict.Unchanged => "unchanged",
        Verdict.Rejuvenation => "rejuvenation",
        Verdict.NotEnoughData => "not enough data",
        Verdict.SourceFailed => "not judged",
        _ => "–",
    };

    private string Tone => Word switch
    {
        Verdict.Improved => "good",
        Verdict.Worse => "wrong",
        Verdict.Rejuvenation => "doubtful",
        Verdict.Unchanged => "same",
        _ => "unknown",
    };
}
