using FleetConsole.Agent.Configuration;
using FleetConsole.Agent.Supervisors;
using FleetConsole.Agent.Tools;
using FleetConsole.Contracts.Agent.V1;

namespace FleetConsole.Agent.Commands;

/// <summary>Carries a restart or a reload to its end whoever still listens: a caller that hangs up finds the outcome by GetCommand.</summary>
internal sealed class ReplaceCommand(CommandDesk desk)
{
    public async Task RunAsync(CommandEntry entry, IUnitSupervisor supervisor)
    {
        var result = new RestartResult(false, "Nothing was done.", null, null);
        try
        {
            result = entry.Intent.Action == UnitActions.Reload ? await supervisor.ReloadAsync() : await supervisor.RestartAsync();
        }
        catch (ToolException e)
        {
            result = new(false, $"{e.Message} The unit's status tells what was done.", null, supervisor.Look().Process);
        }
        finally
        {
            desk.Complete(entry, new(result.Succeeded ? CommandState.Succeeded : CommandState.Failed, result.Message, result.Before, result.After, result.UnitResult));
        }
    }
}
