using FleetConsole.Agent.Configuration;
using FleetConsole.Agent.Supervisors;
using FleetConsole.Agent.Tools;

namespace FleetConsole.Agent.Commands;

/// <summary>Carries a restart or a reload to its end whoever still listens: a caller that hangs up finds the outcome by GetCommand.</summary>
internal sealed class ReplaceCommand(CommandDesk desk)
{
    public async Task RunAsync(CommandEntry entry, IUnitSupervisor supervisor)
    {
        var before = supervisor.Look().Process;

        // Whatever nobody has named may have come after the process was stopped.
        var result = new RestartResult(false, "It met an unexpected error; the unit's status tells what was done.", null, null) { IsUndecided = true };
        try
        {
            result = entry.Intent.Action == UnitActions.Reload ? await supervisor.ReloadAsync() : await supervisor.RestartAsync();
        }
        catch (ToolException e)
        {
            result = new(false, $"{e.Message} Nothing was done.", before, before);
        }
        finally
        {
            desk.Complete(entry, new(result.State, result.Message, result.Before, result.After, result.UnitResult));
        }
    }
}
