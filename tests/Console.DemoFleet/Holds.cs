using System.Globalization;

namespace FleetConsole.DemoFleet;

/// <summary>
/// Stops and starts one program of a running demo, from a second terminal: to see what the console says when a source
/// is gone. An agent is killed rather than asked, so that its server lives on; a server is frozen.
/// </summary>
internal static class Holds
{
    public static void Stop(DemoPlan plan, string name)
    {
        if (plan.Hosts.FirstOrDefault(h => h.Name == name) is { } host)
        {
            Signals.Send(ServerPid(plan, host), Signals.Freeze);
            return;
        }

        var pid = PidOf(plan, name);
        File.WriteAllText(Child.HeldFile(plan, name), "");
        Signals.Send(pid, name.StartsWith("agent-", StringComparison.Ordinal) ? Signals.Kill : Signals.Terminate);
    }

    public static void Start(DemoPlan plan, string name)
    {
        if (plan.Hosts.FirstOrDefault(h => h.Name == name) is { } host)
            Signals.Send(ServerPid(plan, host), Signals.Thaw);
        else
            File.Delete(Child.HeldFile(plan, name));
    }

    private static int PidOf(DemoPlan plan, string name) =>
        File.Exists(Child.PidFile(plan, name))
            ? int.Parse(File.ReadAllText(Child.PidFile(plan, name)), CultureInfo.InvariantCulture)
            : throw new DemoException($"The demo has no program \"{name}\". It has {string.Join(", ", Names(plan))}.");

    // The agent starts the server, so only the process list knows its pid.
    private static int ServerPid(DemoPlan plan, DemoHost host) =>
        Signals.Leftovers(plan).FirstOrDefault(pid => Signals.CommandLine(pid) is [var program, ..] arguments
            && Path.GetFileName(program) == "git-rpc-server" && arguments.Contains(ServerSettings.PathOf(plan, host))) is var found and not 0
            ? found
            : throw new DemoException($"No server of {host.Name} runs.");

    private static IEnumerable<string> Names(DemoPlan plan) =>
        [.. plan.Hosts.Select(h => h.Name), .. Directory.EnumerateFiles(plan.RunFolder, "*.pid").Select(Path.GetFileNameWithoutExtension).OfType<string>().Order()];
}
