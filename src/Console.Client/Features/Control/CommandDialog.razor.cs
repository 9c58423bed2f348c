using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace FleetConsole.Client.Features.Control;

/// <summary>What the person confirmed.</summary>
public sealed record Confirmed(string Reason, int Seconds, bool BreakGlass);

/// <summary>Asks once more, and why. Closes with <see cref="Confirmed"/> or is cancelled.</summary>
public partial class CommandDialog
{
    private const int LeastReason = 3;

    [CascadingParameter]
    public required IMudDialogInstance Dialog { get; set; }

    [Parameter, EditorRequired]
    public required string Title { get; set; }

    [Parameter, EditorRequired]
    public required string Text { get; set; }

    [Parameter, EditorRequired]
    public required string Confirmation { get; set; }

    [Parameter]
    public bool Harmful { get; set; }

    [Parameter]
    public bool AsksSeconds { get; set; }

    /// <summary>Whether the person may lift rules by it, and what is asked for can.</summary>
    [Parameter]
    public bool OffersBreakGlass { get; set; }

    private bool BreakGlass { get; set; }

    private string Reason { get; set; } = "";

    private int Seconds { get; set; } = 10;

    private bool Ready => Reason.Trim().Length >= LeastReason;

    private void Cancel() => Dialog.Cancel();

    private void Confirm() => Dialog.Close(DialogResult.Ok(new Confirmed(Reason.Trim(), Seconds, BreakGlass)));
}
