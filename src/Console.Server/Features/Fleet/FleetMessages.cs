using FleetConsole.Contracts.Agent.V1;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Sources;
using FleetConsole.Server.Sources.Watch;
using Google.Protobuf.WellKnownTypes;

namespace FleetConsole.Server.Features.Fleet;

/// <summary>What was seen, in the contract's words.</summary>
internal static class FleetMessages
{
    public static HostSummary Of(HostMetrics metrics, GitRpcAnswers? answers, string gitRpcProblem, string unmappedReason)
    {
        var (children, note) = ChildrenCpu(metrics);
        var summary = new HostSummary
        {
            Host = metrics.Host,
            Version = metrics.Version,
            ProcessStartedAt = metrics.StartedAt is { } start ? At(start) : null,
            Scraped = metrics.Scraped,
            Health = Health(answers, gitRpcProblem.Length == 0),
            HealthDetail = HealthDetail(answers, gitRpcProblem),
            UnmappedReason = unmappedReason,
            ChildrenCpuNote = note,
            ProbeMessage = answers is { RefExists.Message: { Length: > 0 } refExists } ? refExists : answers?.ServerInfo?.Message ?? "",
        };
        if (metrics.P99Seconds is { } p99)
            summary.P99Seconds = p99;
        if (metrics.RequestsPerSecond is { } requests)
            summary.RequestsPerSecond = requests;
        if (metrics.ProcessCpuCores is { } process)
            summary.ProcessCpuCores = process;
        if (metrics.ServiceCpuCores is { } service)
            summary.ServiceCpuCores = service;
        if (children is { } cores)
            summary.ChildrenCpuCores = cores;
        if (metrics.VirtualMemoryBytes is { } virtualMemory)
            summary.VirtualMemoryBytes = virtualMemory;
        if (metrics.ResidentMemoryBytes is { } residentMemory)
            summary.ResidentMemoryBytes = residentMemory;
        if (metrics.ForkUtilisation is { } utilisation)
            summary.ForkUtilisation = utilisation;
        return summary;
    }

    public static SourceStatus Of(SourceReport report) => new()
    {
        Kind = report.Kind,
        Name = report.Name,
        State = report.Up ? SourceState.Up : SourceState.Down,
        Since = report.Since.ToTimestamp(),
        Message = report.Message,
    };

    public static ServerInfo Of(GitRpcAnswers answers)
    {
        var info = new ServerInfo
        {
            Version = answers.ServerInfo?.Answer?.ServerVersion ?? "",
            GitVersion = answers.ServerInfo?.Answer?.GitVersion ?? "",
            ServerInfoMessage = answers.ServerInfo?.Message ?? "",
            RefExistsMessage = answers.RefExists?.Message ?? "",
            ProbedAt = answers.ProbedAt?.ToTimestamp(),
        };
        info.Storages.AddRange((answers.ServerInfo?.Answer?.StorageStatuses ?? []).Select(s => new Contracts.V1.Storage
        {
            Name = s.StorageName,
            Readable = s.Readable,
            Writeable = s.Writeable,
            FsType = s.FsType,
        }));
        if (answers.Health.Answered)
            info.HealthSeconds = answers.Health.Took.TotalSeconds;
        if (answers.ServerInfo is { Message.Length: 0 } server)
            info.ServerInfoSeconds = server.Took.TotalSeconds;
        if (answers.RefExists is { Message.Length: 0 } refExists)
            info.RefExistsSeconds = refExists.Took.TotalSeconds;
        return info;
    }

    public static AgentView Of(AgentAnswer agent) => new()
    {
        Unit = agent.Status.Unit,
        Supervisor = agent.Status.Supervisor switch
        {
            Supervisor.ChildProcess => "child process",
            Supervisor.Systemd => "systemd",
            _ => "unknown",
        },
        State = agent.Status.State.ToString().ToLowerInvariant(),
        MainPid = agent.Status.MainPid,
        ProcessStartedAt = agent.Status.ProcessStartedAt,
        Restarts = agent.Status.Restarts,
        LogWarning = agent.Status.LogRateLimit is { CutsDumps: true } limit ? limit.Message : "",
        Accounting = agent.Status.Service?.Accounting switch
        {
            Accounting.Cgroup => "cgroup",
            Accounting.ProcTree => "process tree",
            _ => "",
        },
        AskedAt = agent.AskedAt.ToTimestamp(),
    };

    public static ProcessIncarnation Of(Analysis.Fleet.ProcessIncarnation process, bool running) => new()
    {
        Host = process.Host.Name,
        StartedAt = At(process.StartedAt),
        LastSeenAt = At(process.LastSeenAt),
        Version = process.Version,
        Running = running,
    };

    public static Timestamp At(double unixSeconds) => DateTimeOffset.FromUnixTimeMilliseconds((long)(unixSeconds * 1000)).ToTimestamp();

    private static HealthState Health(GitRpcAnswers? answers, bool mapped) => answers switch
    {
        _ when !mapped => HealthState.Unmapped,
        null => HealthState.Unspecified,
        { Health.Answered: false } => HealthState.Unreachable,
        { Health.Serving: false } => HealthState.NotServing,
        _ => HealthState.Serving,
    };

    private static string HealthDetail(GitRpcAnswers? answers, string gitRpcProblem) => answers switch
    {
        _ when gitRpcProblem.Length > 0 => gitRpcProblem,
        null => "Not asked yet.",
        _ => $"Since {answers.HealthSince:u}. {answers.Health.Message}".TrimEnd(),
    };

    // The agent's figures and the server's own are scraped at different moments, so a tiny negative is only skew; a
    // large one says that the service's figures do not cover the process.
    private static (double? Cores, string Note) ChildrenCpu(HostMetrics metrics)
    {
        if (metrics.ServiceCpuCores is not { } service || metrics.ProcessCpuCores is not { } process)
            return (null, "");
        var children = service - process;
        return children >= 0
            ? (children, "")
            : (null, "The service's CPU is below the process's own: its cgroup does not cover the process, or they were scraped at different moments.");
    }
}
