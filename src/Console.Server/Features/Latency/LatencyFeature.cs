using System.ComponentModel;
using System.Runtime.InteropServices;
using FleetConsole.Analysis.Fleet;
using FleetConsole.Client.Api;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Sources;
using FleetConsole.Server.Sources.Prometheus;
using FleetConsole.Server.Sources.Watch;
using FleetConsole.Server.Storage;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Options;
using ProcessIncarnation = FleetConsole.Contracts.V1.ProcessIncarnation;

namespace FleetConsole.Server.Features.Latency;

/// <summary>Latency quantiles cut into processes. Equal requests are asked of Prometheus once.</summary>
internal sealed class LatencyFeature(
    CurveReader reader, IDbContextFactory<ConsoleDb> databases, HybridCache cache, SourceBoard board, IOptions<PrometheusOptions> prometheus) : ILatencyApi
{
    // All of a look's queries together; a browser waits a little longer, so that this message arrives.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(25);

    private const double SameDeploySeconds = 3600;

    public async Task<CurvesReply> GetCurvesAsync(CurvesRequest request, CancellationToken cancellationToken)
    {
        var query = CurveQuery.Parse(request);
        if (board.Find(SourceKind.Prometheus, PrometheusWatch.Name) is { Up: false } down)
            throw new ApiException(StatusCode.Unavailable, down.Message);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            var found = await cache.GetOrCreateAsync(query.CacheKey, async cancel => new Reply(await NameAsync(Pack(await reader.ReadAsync(query, cancel)), cancel)),
                new HybridCacheEntryOptions { Expiration = TimeSpan.FromSeconds(prometheus.Value.PollSeconds) }, cancellationToken: deadline.Token);
            return found.Message;
        }
        catch (PrometheusException e)
        {
            throw new ApiException(StatusCode.Unavailable, e.Message, e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ApiException(StatusCode.DeadlineExceeded,
                $"Prometheus took longer than {Deadline.TotalSeconds:0} s for these curves. Choose a shorter range, fewer hosts or fewer methods.", e);
        }
    }

    // The deploys' own numbers, so that a mark leads to its page. A long range is read coarsely: a wave of one version
    // that begins within an hour of a known one is that one.
    private async Task<CurvesReply> NameAsync(CurvesReply reply, CancellationToken cancellationToken)
    {
        var versions = reply.Deploys.Select(d => d.ToVersion).ToList();
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var known = await db.Deploys.AsNoTracking().Where(d => versions.Contains(d.ToVersion) && d.Kind != Analysis.Fleet.WaveKind.Restart)
            .Select(d => new { d.Id, d.ToVersion, d.FirstRestartAt }).ToListAsync(cancellationToken);
        foreach (var mark in reply.Deploys)
        {
            var at = mark.FirstRestartAt.Seconds;
            mark.Id = known.Where(d => d.ToVersion == mark.ToVersion && Math.Abs(d.FirstRestartAt - at) < SameDeploySeconds)
                .MinBy(d => Math.Abs(d.FirstRestartAt - at))?.Id ?? 0;
        }

        return reply;
    }

    private static CurvesReply Pack(CurveSet set)
    {
        var reply = new CurvesReply { Promql = set.PromQl };
        var index = new Dictionary<(string, double), int>();
        foreach (var process in set.Processes)
        {
            index[(process.Host.Name, process.StartedAt)] = reply.Incarnations.Count;
            reply.Incarnations.Add(new ProcessIncarnation
            {
                Host = process.Host.Name,
                StartedAt = At(process.StartedAt),
                LastSeenAt = At(process.LastSeenAt),
                Version = process.Version,
            });
        }

        reply.Curves.AddRange(set.Curves.Select(c => new Curve
        {
            Host = c.Curve.Process.Host.Name,
            Method = c.Method,
            Incarnation = index[(c.Curve.Process.Host.Name, c.Curve.Process.StartedAt)],
            X = Bytes(c.Curve.Times),
            Y = Bytes(c.Curve.Seconds),
            StepSeconds = c.Sampling.Step.TotalSeconds,
            WindowSeconds = c.Sampling.Window.TotalSeconds,
        }));
        reply.Deploys.AddRange(RestartWaves.Find(set.Processes).Where(wave => wave.Kind != Analysis.Fleet.WaveKind.Restart).Select(wave => new DeployMark
        {
            FirstRestartAt = At(wave.FirstRestartAt),
            LastRestartAt = At(wave.LastRestartAt),
            FromVersions = { wave.FromVersions },
            ToVersion = wave.ToVersion,
            Hosts = { wave.Hosts.Select(host => host.Name) },
        }));
        return reply;
    }

    private static Timestamp At(double unixSeconds) => DateTimeOffset.FromUnixTimeMilliseconds((long)(unixSeconds * 1000)).ToTimestamp();

    // The contract's byte order is that of every machine .NET runs on.
    private static ByteString Bytes(double[] values) => ByteString.CopyFrom(MemoryMarshal.AsBytes<double>(values));

    [ImmutableObject(true)]
    private sealed record Reply(CurvesReply Message);
}
