using System.Runtime.CompilerServices;
using FleetConsole.Client.Api;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Sources;
using FleetConsole.Server.Sources.Prometheus;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Features.Findings;

/// <summary>Replays for pages: one at a time, since each asks Prometheus for weeks.</summary>
internal sealed class ReplayDesk(DriftLookers lookers, ILockupHistory lockups, IOptions<DriftScanOptions> options) : IDisposable
{
    private const double BinsBetweenLooks = 12;
    private static readonly TimeSpan MaxRange = TimeSpan.FromDays(60);
    private readonly SemaphoreSlim _free = new(1);

    public async IAsyncEnumerable<ReplayProgress> RunAsync(ReplayRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (from, to, scale) = Check(request);
        if (!await _free.WaitAsync(TimeSpan.Zero, cancellationToken))
            throw new ApiException(StatusCode.ResourceExhausted, "Another replay runs. Wait for its end, or cancel it where it was started.");
        try
        {
            var looker = lookers.Of(scale);
            var known = await lockups.ReadAsync(from - looker.Window, to, cancellationToken);
            await using var steps = DriftReplay.RunAsync(
                looker, from, to, TimeSpan.FromSeconds(scale.BinSeconds * BinsBetweenLooks), known, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (await NextAsync(steps))
                yield return Of(steps.Current);
        }
        finally
        {
            _free.Release();
        }
    }

    public void Dispose() => _free.Dispose();

    private (DateTimeOffset From, DateTimeOffset To, DriftScaleOptions Scale) Check(ReplayRequest request)
    {
        if (request is not { From: { } from, To: { } to } || to <= from || (to - from).ToTimeSpan() > MaxRange)
            throw new ApiException(StatusCode.InvalidArgument, $"The range must be longer than nothing and at most {MaxRange.TotalDays:0} days.");
        var scales = options.Value.InUse;
        var scale = request.BinSeconds == 0 ? scales.MaxBy(s => s.BinSeconds) : scales.FirstOrDefault(s => s.BinSeconds == request.BinSeconds);
        return scale is null
            ? throw new ApiException(StatusCode.InvalidArgument, $"There are no bins of {request.BinSeconds:0.#} s. Drift:Scales has {string.Join(", ", scales.Select(s => s.BinSeconds))}.")
            : (from.ToDateTimeOffset(), to.ToDateTimeOffset(), scale);
    }

    private static async Task<bool> NextAsync(IAsyncEnumerator<ReplayStep> steps)
    {
        try
        {
            return await steps.MoveNextAsync();
        }
        catch (PrometheusException e)
        {
            throw new ApiException(StatusCode.Unavailable, e.Message, e);
        }
    }

    private static ReplayProgress Of(ReplayStep step) => new()
    {
        At = step.At.ToTimestamp(),
        Done = step.Done,
        Findings =
        {
            step.Findings.Select(f => new Contracts.V1.ReplayedFinding
            {
                Sentence = f.Sentence,
                Scope = f.Scope,
                Cause = f.Cause,
                OpenedAt = f.OpenedAt.ToTimestamp(),
                ConfirmedAt = f.ConfirmedAt?.ToTimestamp(),
                ResolvedAt = f.ResolvedAt?.ToTimestamp(),
                ResolvedBy = f.ResolvedBy,
            }),
        },
    };
}
