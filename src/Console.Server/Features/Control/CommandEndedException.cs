using FleetConsole.Server.Storage;

namespace FleetConsole.Server.Features.Control;

/// <summary>The command's row was ended meanwhile, as when it gave way: whoever still works on it stops.</summary>
internal sealed class CommandEndedException(CommandRow command) : Exception($"The {command.Action} of {command.Host} has been ended by somebody else.");
