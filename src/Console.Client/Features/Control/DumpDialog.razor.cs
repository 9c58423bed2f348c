using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace FleetConsole.Client.Features.Control;

/// <summary>Which dump, and why. The rung that ends the process is confirmed in <see cref="ReplaceDialog"/>.</summary>
public sealed record ConfirmedDump(Rung Rung, int Seconds, string Reason);

/// <summary>The ladder of dumps, by the harm they do. Closes with <see cref="ConfirmedDump"/> or is cancelled.</summary>
public partial class DumpDialog
{
    private const int LeastReason = 3;

    private static readonly (Rung Rung, string Name, string Harm)[] Steps =
    [
        (Rung.Goroutines, "Goroutines", "pprof's list: the world stops for a moment, and the server has to answer."),
        (Rung.KernelStacks, "Kernel stacks", "What every thread waits for in the kernel; asks nothing of the server."),
        (Rung.Perf, "perf", "Where the server and its git children spend their time, the kernel included."),
        (Rung.Abort, "SIGABRT", "Every goroutine in the log; the process is gone."),
    ];

    [CascadingParameter]
    public required IMudDialogInstance Dialog { get; set; }

    [Parameter, EditorRequired]
    public required string Host { get; set; }

    /// <summary>Whether the person may also end the process.</summary>
    [Parameter]
    public bool MayAbort { get; set; }

    private IEnumerable<(Rung Rung, string Name, string Harm)> Ladder => Steps.Where(step => MayAbort || step.Rung != Rung.Abort);

    private Rung Rung { get; set; } = Rung.Goroutines;

    private int Seconds { get; set; } = 5;

    private string Reason { get; set; } = "";

    private bool Ready => Rung == Rung.Abort || Reason.Trim().Length >= LeastReason;

    private void Cancel() => Dialog.Cancel();

    private void Confirm() => Dialog.Close(DialogResult.Ok(new ConfirmedDump(Rung, Seconds, Reason.Trim())));
}
