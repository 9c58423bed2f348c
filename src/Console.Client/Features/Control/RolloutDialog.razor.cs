using System.Globalization;
using FleetConsole.Client.Api;
using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace FleetConsole.Client.Features.Control;

/// <summary>Which hosts, in which batches. Closes with a <see cref="StartRolloutRequest"/> without its key, or is cancelled.</summary>
public partial class RolloutDialog(IControlApi api)
{
    private const int LeastReason = 3;

    // What refuses only because of the restart before it passes by itself.
    private static readonly string[] Passing = ["concurrency"];

    [CascadingParameter]
    public required IMudDialogInstance Dialog { get; set; }

    /// <summary>The fleet's hosts, sorted.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<string> Hosts { get; set; }

    private List<string> Chosen { get; } = [];

    private PlanReply? Plan { get; set; }

    // The first thing that refuses each host and does not pass by itself.
    private IEnumerable<(string Host, RuleRefusal Refusal)> Refused => Plan is null ? [] : Plan.Steps
        .Select(step => (step.Host, Refusal: step.Refusals.FirstOrDefault(refusal => !Passing.Contains(refusal.Rule))))
        .Where(step => step.Refusal is not null).Select(step => (step.Host, step.Refusal!));

    private int BatchSize { get; set; } = 1;

    private int PauseSeconds { get; set; } = 60;

    private bool Asks { get; set; }

    private bool SkipsEvidence { get; set; }

    private string Reason { get; set; } = "";

    private string Typed { get; set; } = "";

    private string Problem { get; set; } = "";

    // A number says little about one host: a "1" is typed for whichever was ticked.
    private string? One => Chosen is [var only] ? only : null;

    private bool Ready => Chosen.Count > 0 && Reason.Trim().Length >= LeastReason && Typed.Trim() == (One ?? Chosen.Count.ToString(CultureInfo.InvariantCulture));

    private async Task ChooseAsync(string host, bool chosen)
    {
        if (chosen)
            Chosen.Add(host);
        else
            Chosen.Remove(host);
        await PlanAsync();
    }

    private Task SizeAsync(int size)
    {
        BatchSize = size;
        return PlanAsync();
    }

    private Task PauseAsync(int seconds)
    {
        PauseSeconds = seconds;
        return PlanAsync();
    }

    private Task AskAsync(bool asks)
    {
        Asks = asks;
        return PlanAsync();
    }

    private Task SkipAsync(bool skips)
    {
        SkipsEvidence = skips;
        return PlanAsync();
    }

    private async Task PlanAsync()
    {
        if (Chosen.Count == 0)
        {
            Plan = null;
            return;
        }

        try
        {
            Plan = await api.PlanAsync(
                new() { Action = "restart", Hosts = { Chosen }, BatchSize = BatchSize, PauseSeconds = PauseSeconds, Ask = Asks, SkipEvidence = SkipsEvidence }, CancellationToken.None);
            Problem = "";
        }
        catch (ApiException e)
        {
            Problem = e.Message;
        }
    }

    private void Cancel() => Dialog.Cancel();

    private void Confirm() => Dialog.Close(DialogResult.Ok(new StartRolloutRequest
    {
        Hosts = { Chosen },
        BatchSize = BatchSize,
        PauseSeconds = PauseSeconds,
        Ask = Asks,
        SkipEvidence = SkipsEvidence,
        Reason = Reason.Trim(),
        ConfirmCount = One is null ? int.Parse(Typed.Trim(), CultureInfo.InvariantCulture) : 0,
        ConfirmHost = One is null ? "" : Typed.Trim(),
    }));
}
