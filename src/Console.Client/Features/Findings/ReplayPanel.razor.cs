using FleetConsole.Client.Api;
using FleetConsole.Contracts.V1;
using Google.Protobuf.WellKnownTypes;

namespace FleetConsole.Client.Features.Findings;

/// <summary>Starts a replay of the past, shows it move, and can end it.</summary>
public sealed partial class ReplayPanel(IFindingsApi api, TimeProvider time) : IDisposable
{
    private CancellationTokenSource? _running;

    private int Days { get; set; } = 7;

    private bool Running => _running is not null;

    private double Done => Shown?.Done ?? 0;

    private ReplayProgress? Shown { get; set; }

    private string? Problem { get; set; }

    private bool Cancelled { get; set; }

    private string Result => (Shown?.Findings.Count, Running, Cancelled) switch
    {
        (0, true, _) => "Nothing so far.",
        (0, _, true) => "Cancelled; nothing had been found by then.",
        (0, _, _) => $"Nothing would have been found in the last {Days} days.",
        (var count, true, _) => $"{count} so far:",
        (var count, _, true) => $"Cancelled; found by then: {count}.",
        (var count, _, _) => $"{count} would have opened in the last {Days} days:",
    };

    public void Dispose() => _running?.Cancel();

    private async Task RunAsync()
    {
        using var cancellation = new CancellationTokenSource();
        (_running, Shown, Problem, Cancelled) = (cancellation, null, null, false);
        var to = time.GetUtcNow();
        var request = new ReplayRequest { From = to.AddDays(-Math.Clamp(Days, 1, 60)).ToTimestamp(), To = to.ToTimestamp() };
        try
        {
            await foreach (var progress in api.ReplayAsync(request, cancellation.Token))
            {
                Shown = progress;
                StateHasChanged();
            }
        }
        catch (ApiException e)
        {
            Problem = e.Message;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Cancelled = true;
        }
        finally
        {
            _running = null;
        }
    }

    private void Cancel() => _running?.Cancel();
}
