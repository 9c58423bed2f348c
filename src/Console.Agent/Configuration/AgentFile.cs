using System.Text.Json;
using System.Text.Json.Serialization;

namespace FleetConsole.Agent.Configuration;

/// <summary>The configuration file as written: nothing checked yet, so every key may be missing.</summary>
internal sealed record AgentFile(
    string? Listen,
    string? MetricsListen,
    string? Certificate,
    string? Key,
    string? ClientCa,
    string? JournalPath,
    List<ClientEntry?>? Clients,
    Dictionary<string, UnitEntry?>? Units);

internal sealed record ClientEntry(string? San, List<string>? Actions, List<string>? Units);

internal sealed record UnitEntry(
    string? Supervisor,
    List<string>? Command,
    string? WorkingDirectory,
    string? LogPath,
    string? PidFile,
    string? Reload,
    string? PprofUrl,
    string? CgroupId,
    string? CgroupPath,
    List<string>? Actions,
    int? StopTimeoutSeconds,
    int? RestartDelaySeconds,
    int? AbortTimeoutSeconds);

[JsonSourceGenerationOptions(
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(AgentFile))]
internal sealed partial class AgentFileJson : JsonSerializerContext;
