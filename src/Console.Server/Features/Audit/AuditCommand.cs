using System.Text.Json;
using FleetConsole.Server.Storage;

namespace FleetConsole.Server.Features.Audit;

/// <summary>
/// <c>Console.Server audit verify</c> walks the chain and names the first row that was changed or is missing;
/// <c>audit export</c> prints the trail as JSON lines.
/// </summary>
internal static class AuditCommand
{
    private const string Usage = "Usage: Console.Server audit verify|export";

    public static bool Is(string[] args) => args is ["audit", ..];

    /// <returns>0 when it holds or was printed, 1 when the trail is broken, 2 for a wrong command line.</returns>
    public static async Task<int> RunAsync(string[] args, IServiceProvider services, TextWriter output, TextWriter error)
    {
        switch (args)
        {
            case ["audit", "verify", ..]:
                await services.MigrateAsync(CancellationToken.None);
                return await VerifyAsync(services.GetRequiredService<AuditTrail>(), output, error);
            case ["audit", "export", ..]:
                await services.MigrateAsync(CancellationToken.None);
                await foreach (var line in services.GetRequiredService<AuditFeature>().ExportAsync(CancellationToken.None))
                    await output.WriteLineAsync(line);
                return 0;
            default:
                await error.WriteLineAsync(Usage);
                return 2;
        }
    }

    private static async Task<int> VerifyAsync(AuditTrail trail, TextWriter output, TextWriter error)
    {
        var (rows, head, broken) = await trail.VerifyAsync(CancellationToken.None);
        if (broken is null)
        {
            await output.WriteLineAsync($"{rows} rows, unbroken. Last hash: {(head.Length > 0 ? head : "none")}");
            return 0;
        }

        await error.WriteLineAsync($"The audit trail is broken at row {broken.Id}: {broken.Message}");
        return 1;
    }
}

/// <summary>A row as one line of JSON.</summary>
internal static class AuditLine
{
    public static string Of(AuditRow row) => JsonSerializer.Serialize(new
    {
        id = row.Id,
        at = row.At,
        phase = row.Phase.ToString().ToLowerInvariant(),
        command_id = row.CommandId,
        user = row.User,
        action = row.Action,
        host = row.Host,
        reason = row.Reason,
        remote_address = row.RemoteAddress,
        outcome = row.Outcome,
        detail = row.Detail,
        hash = row.Hash,
    });
}
