namespace FleetConsole.DemoFleet;

/// <summary>The demo cannot go on; the message is the one line that the person sees.</summary>
internal sealed class DemoException(string message) : Exception(message);
