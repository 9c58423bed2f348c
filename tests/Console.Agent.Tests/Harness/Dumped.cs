using System.Text;
using FleetConsole.Contracts.Agent.V1;
using Grpc.Core;

namespace FleetConsole.Agent.Tests.Harness;

/// <summary>A dump as its caller got it: one header first, one trailer last.</summary>
internal sealed record Dumped(DumpHeader Header, string Text, DumpTrailer Trailer)
{
    public static DumpRequest Order(string id, string unit, DumpRung rung, int seconds = 0, long known = 0) =>
        new() { CommandId = id, Unit = unit, Rung = rung, Seconds = seconds, KnownGoroutines = known, RequestedBy = "tester", Reason = "a test" };

    public static async Task<Dumped> TakeAsync(Contracts.Agent.V1.Agent.AgentClient client, DumpRequest request)
    {
        using var call = client.Dump(request, cancellationToken: TestContext.Current.CancellationToken);
        var chunks = await call.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(DumpChunk.ContentOneofCase.Header, chunks[0].ContentCase);
        Assert.Equal(DumpChunk.ContentOneofCase.Trailer, chunks[^1].ContentCase);
        Assert.All(chunks[1..^1], c => Assert.InRange(c.Data.Length, 1, 64 * 1024));
        var data = chunks[1..^1].SelectMany(c => c.Data).ToArray();
        Assert.Equal(data.LongLength, chunks[^1].Trailer.Bytes);
        return new(chunks[0].Header, Encoding.UTF8.GetString(data), chunks[^1].Trailer);
    }
}
