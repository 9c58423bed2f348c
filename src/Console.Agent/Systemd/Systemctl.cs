using FleetConsole.Agent.Tools;

namespace FleetConsole.Agent.Systemd;

/// <summary>
/// systemctl, for one service. Arguments are fixed but for the service's name, which comes from the configuration and stands behind "--".
/// </summary>
/// <param name="program">Where it is on the host.</param>
/// <param name="patience">How long it may take for itself, beyond what the service's own time-outs allow; 15 s when null.</param>
internal sealed class Systemctl(string service, string program = "/usr/bin/systemctl", TimeSpan? patience = null)
{
    private const int MostShown = 64 * 1024;
    private static readonly TimeSpan LongestJob = TimeSpan.FromMinutes(10);

    private readonly TimeSpan ownTime = patience ?? TimeSpan.FromSeconds(15);

    public string Service => service;

    /// <exception cref="ToolException">systemd does not answer.</exception>
    public async Task<ServiceState> ShowAsync(CancellationToken cancel)
    {
        string[] argv = [program, "show", "--no-pager", "--timestamp=unix", $"--property={ServiceState.Properties}", "--", service];
        var (result, output) = await Tool.TextAsync(argv, ownTime, MostShown, cancel);
        return result.Succeeded ? ServiceState.Parse(output) : throw new ToolException($"`systemctl show {service}` failed: {result.Words}");
    }

    /// <summary>Waits for the job to be done, as long as the service's own time-outs allow.</summary>
    /// <param name="verb">"restart", "reload" or "start".</param>
    public async Task<ToolResult> DoAsync(string verb, ServiceState before)
    {
        var (result, _) = await Tool.TextAsync(
            [program, verb, "--no-pager", "--no-ask-password", "--", service], JobDeadline(before), MostShown, CancellationToken.None);
        return result;
    }

    private TimeSpan JobDeadline(ServiceState service) =>
        service.StartTimeout < LongestJob && service.StopTimeout < LongestJob && service.StartTimeout + service.StopTimeout + ownTime < LongestJob
            ? service.StartTimeout + service.StopTimeout + ownTime
            : LongestJob;
}
