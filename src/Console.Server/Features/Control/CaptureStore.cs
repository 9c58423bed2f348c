using FleetConsole.Contracts.Agent.V1;
using FleetConsole.Server.Sources;
using FleetConsole.Server.Sources.Agents;
using FleetConsole.Server.Sources.Metrics;
using FleetConsole.Server.Sources.Prometheus;
using FleetConsole.Server.Sources.Watch;
using FleetConsole.Server.Storage;
using Grpc.Core;

namespace FleetConsole.Server.Features.Control;

/// <summary>Takes what an agent streams into the data folder, and describes it.</summary>
internal sealed class CaptureStore(AgentClients agents, CaptureFiles files, PrometheusWatch fleet, PrometheusClient prometheus, PromQl promQl, MetricNames names, TimeProvider time)
{
    // Transfer and, for a dump that ends the process, the wait for the next one.
    private static readonly TimeSpan DumpGrace = TimeSpan.FromMinutes(3);

    public async Task<CaptureRow> ProfileAsync(CommandRow command, HostFaces faces, Uri agent, string id, int seconds, CancellationToken cancellationToken)
    {
        var request = new ProfileRequest
        {
            CommandId = id,
            Unit = faces.Unit,
            Kind = ProfileKind.Cpu,
            Seconds = seconds,
            RequestedBy = command.RequestedBy,
            Reason = command.Reason,
        };
        var (header, sha256, size) = await files.StoreAsync(
            stream => agents.ProfileAsync(agent, request, stream, files.MaxBytes, cancellationToken), cancellationToken);
        return Row(command, "cpu", header.ProcessStartedAt.ToDateTimeOffset(), seconds, sha256, size);
    }

    /// <returns>The capture, null when the dump holds nothing, and how the agent says it went.</returns>
    public async Task<(CaptureRow? Capture, DumpTrailer Trailer)> DumpAsync(
        CommandRow command, HostFaces faces, Uri agent, string id, DumpRung rung, int seconds, CancellationToken cancellationToken)
    {
        var request = new DumpRequest
        {
            CommandId = id,
            Unit = faces.Unit,
            Rung = rung,
            Seconds = seconds,
            RequestedBy = command.RequestedBy,
            Reason = command.Reason,
            KnownGoroutines = rung is DumpRung.Goroutines or DumpRung.Abort ? await GoroutinesAsync(command.Host, cancellationToken) : 0,
        };
        var ((header, trailer), sha256, size) = await files.StoreAsync(
            stream => agents.DumpAsync(agent, request, stream, files.MaxBytes, TimeSpan.FromSeconds(seconds) + DumpGrace, cancellationToken), cancellationToken);
        if (size == 0 || header.ProcessStartedAt is null)
            return (null, trailer);
        return (Row(command, KindOf(rung), header.ProcessStartedAt.ToDateTimeOffset(), seconds, sha256, size), trailer);
    }

    /// <summary>The unit as the agent sees it now, as JSON.</summary>
    public async Task<CaptureRow> FiguresAsync(CommandRow command, HostFaces faces, Uri agent, CancellationToken cancellationToken)
    {
        var status = await agents.GetStatusAsync(agent, faces.Unit, cancellationToken);
        var (_, sha256, size) = await files.StoreAsync(async stream =>
        {
            await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(status.ToString()), cancellationToken);
            return true;
        }, cancellationToken);
        return status.ProcessStartedAt is { } started
            ? Row(command, "figures", started.ToDateTimeOffset(), 0, sha256, size)
            : throw new AgentException(StatusCode.FailedPrecondition, "no process runs", null);
    }

    private CaptureRow Row(CommandRow command, string kind, DateTimeOffset started, double seconds, string sha256, long size) => new()
    {
        CommandId = command.Id,
        Host = command.Host,
        Kind = kind,
        TakenAt = time.GetUtcNow(),
        ProcessStartedAt = started,
        Version = fleet.Current.Hosts.GetValueOrDefault(command.Host)?.Version ?? "",
        Seconds = seconds,
        SizeBytes = size,
        Sha256 = sha256,
        TakenBy = command.RequestedBy,
        Reason = command.Reason,
    };

    // What the dump is counted against; not knowing it stops no dump.
    private async Task<long> GoroutinesAsync(string host, CancellationToken cancellationToken)
    {
        try
        {
            var series = await prometheus.QueryAsync(promQl.Gauge(names.Goroutines), cancellationToken);
            return (long)(series.FirstOrDefault(s => s[names.HostLabel] == host)?.Last ?? 0);
        }
        catch (PrometheusException)
        {
            return 0;
        }
    }

    private static string KindOf(DumpRung rung) => rung switch
    {
        DumpRung.Goroutines => "goroutines",
        DumpRung.KernelStacks => "kernel-stacks",
        DumpRung.Perf => "perf",
        DumpRung.Abort => "abort",
        _ => throw new ArgumentOutOfRangeException(nameof(rung), rung, "no such rung"),
    };
}
