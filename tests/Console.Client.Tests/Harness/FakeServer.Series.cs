using FleetConsole.Client.Api;
using FleetConsole.Contracts.V1;
using Grpc.Core;

namespace FleetConsole.Client.Tests.Harness;

internal sealed partial class FakeServer
{
    public List<SeriesVerdict> Series { get; } = [];

    public List<ListSeriesRequest> SeriesAsked { get; } = [];

    public Task<ListSeriesReply> ListSeriesAsync(ListSeriesRequest request, CancellationToken cancellationToken)
    {
        SeriesAsked.Add(request);
        return Findings.Looks.FirstOrDefault() is { } look
            ? Answer(new ListSeriesReply { Look = look, Series = { Series } })
            : Task.FromException<ListSeriesReply>(new ApiException(StatusCode.NotFound, "There has been no look for drift in bins of that width yet."));
    }
}
