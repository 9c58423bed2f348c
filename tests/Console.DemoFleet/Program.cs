using System.Runtime.InteropServices;
using FleetConsole.DemoFleet;

const string Usage = """
    demo.sh                      runs the console on a live demo fleet until Ctrl-C (PORT and DATA are settable)
    demo.sh deploy spawn|fork    rolls a new version over the running fleet, host by host
    demo.sh grow HOST [TIMES]    lets a host's virtual memory grow until it locks up, TIMES as fast (1 to 100)
    demo.sh stop NAME            stops prometheus, console or agent-HOST, or freezes the server of HOST
    demo.sh start NAME           starts it again
    """;

using var ending = new CancellationTokenSource();
void End(PosixSignalContext signal)
{
    // Handled here: the default would end the demo before its children.
    signal.Cancel = true;
    ending.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);
try
{
    if (args is not ["--artifacts", var artifacts, .. var command])
        throw new DemoException("Run it through ./demo.sh.");
    switch (command)
    {
        case []:
            await using (var demo = new Demo(DemoPlan.FromEnvironment(artifacts), TimeProvider.System, Console.Out))
                await demo.RunAsync(ending.Token);
            return 0;
        case ["deploy", ServerSettings.Fork or ServerSettings.Spawn]:
            await new Rollout(DemoPlan.OfRunningDemo(artifacts), TimeProvider.System, Console.Out).DeployAsync(command[1], ending.Token);
            return 0;
        case ["grow", var name, .. var rest] when rest.Length <= 1:
            ServerSettings.Grow(DemoPlan.OfRunningDemo(artifacts), name, rest is [var times] ? times : "1");
            Console.WriteLine($"{name} grows until it locks up.");
            return 0;
        case ["stop", var name]:
            Holds.Stop(DemoPlan.OfRunningDemo(artifacts), name);
            return 0;
        case ["start", var name]:
            Holds.Start(DemoPlan.OfRunningDemo(artifacts), name);
            return 0;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (OperationCanceledException) when (ending.IsCancellationRequested)
{
    return 0;
}
catch (DemoException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
