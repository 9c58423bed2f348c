using FleetConsole.Agent.Tools;

namespace FleetConsole.Agent.Systemd;

/// <summary>
/// systemctl, for one service. Arguments are fixed but for the service's name, which comes from the configuration and stands behind "--".
/// </summary>
/// <param name="program">Where it is on the host.</param>
internal sealed class Systemctl(string service, string program = "/usr/bin/systemctl")
{
    private const int MostShown = 64 * 1024;
    private static readonly TimeSpan ShowDeadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestJob = TimeSpan.FromMinutes(10);

    public string Service => service;

    /// <exception cref="ToolException">systemd does not answer.</exception>
    public async Task<ServiceState> ShowAsync(CancellationToken cancel)
    {
        string[] argv = [program, "show", "--no-pager", "--timestamp=unix", $"--property={ServiceState.Properties}", "--", service];
        var (result, output) = await Tool.TextAsync(argv, ShowDeadline, MostShown, cancel);
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

    private static TimeSpan JobDeadline(ServiceState service)
    {
        var slack = TimeSpan.FromSeconds(15);
        return service.StartTimeout < LongestJob && service.StopTimeout < LongestJob && service.StartTimeout + service.StopTimeout + slack < LongestJob
            ? service.StartTimeout + service.StopTimeout + slack
            : LongestJob;
    }
}
