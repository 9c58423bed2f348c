using FleetConsole.Agent.Supervisors;
using FleetConsole.Contracts.Agent.V1;

namespace FleetConsole.Agent.Commands;

/// <summary>Carries a restart to its end whoever still listens: a caller that hangs up finds the outcome by GetCommand.</summary>
internal sealed class RestartCommand(CommandDesk desk)
{
    public async Task RunAsync(CommandEntry entry, IUnitSupervisor supervisor)
    {
        var result = await supervisor.RestartAsync();
        desk.Complete(entry, result.Succeeded ? CommandState.Succeeded : CommandState.Failed, result.Message, result.Before, result.After);
    }
}
