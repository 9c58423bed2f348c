using System.Collections.Concurrent;
using FleetConsole.Client.Api;
using FleetConsole.Contracts.V1;
using Grpc.Core;
using SeriesVerdict = FleetConsole.Analysis.Drift.SeriesVerdict;

namespace FleetConsole.Server.Features.Findings;

/// <summary>The last look for drift at each bin width.</summary>
internal sealed class DriftBoard
{
    private readonly ConcurrentDictionary<double, (DriftLook Look, IReadOnlyList<SeriesVerdict> Series)> _looks = new();

    /// <summary>The widest bins first.</summary>
    public IEnumerable<DriftLook> Looks => _looks.Values.Select(shown => shown.Look).OrderByDescending(look => look.BinSeconds);

    /// <summary>Verdicts of a host's or a method's series by the last look that succeeded.</summary>
    /// <exception cref="ApiException">Neither a host nor a method is asked for, or both; no such look, or none of such series.</exception>
    public ListSeriesReply Ask(ListSeriesRequest request)
    {
        if ((request.Host.Length == 0) == (request.Method.Length == 0))
            throw new ApiException(StatusCode.InvalidArgument, "Ask for the series of one host, or of one method.");
        var (look, all) = _looks.Values.OrderByDescending(l => l.Look.BinSeconds).FirstOrDefault(l => request.BinSeconds == 0 || l.Look.BinSeconds == request.BinSeconds);
        if (look?.At is null)
            throw new ApiException(StatusCode.NotFound, $"There has been no look for drift in bins of that width yet. {look?.Problem}".TrimEnd());
        var series = all.Where(s => request.Host.Length > 0 ? s.Host.Name == request.Host : s.Method == request.Method)
            .Select(DriftDetails.Of).OrderByDescending(s => s.State).ThenByDescending(s => s.Score).ToList();
        return series.Count > 0
            ? new() { Look = look, Series = { series } }
            : throw new ApiException(StatusCode.NotFound, $"The last look for drift saw no series of {request.Host}{request.Method}.");
    }

    public void Show(DriftLook look, IReadOnlyList<SeriesVerdict> series) => _looks[look.BinSeconds] = (look, series);

    /// <summary>A look failed: what the last one counted stays, with the reason beside it; of the fleet as it is now there is no verdict.</summary>
    public void Fail(double binSeconds, string problem) => _looks.AddOrUpdate(
        binSeconds, bin => (Failed(new() { BinSeconds = bin }, problem), []), (_, last) => (Failed(new(last.Look), problem), last.Series));

    private static DriftLook Failed(DriftLook look, string problem)
    {
        (look.Problem, look.Fleet) = (problem, DriftState.SourceFailed);
        return look;
    }
}
