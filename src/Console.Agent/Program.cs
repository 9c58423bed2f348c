using System.Runtime.InteropServices;
using FleetConsole.Agent;
using FleetConsole.Agent.Commands;
using FleetConsole.Agent.Configuration;
using FleetConsole.Agent.Systemd;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

const int CannotStart = 1;
const int WrongConfiguration = 2;
const string LiftLogLimits = "--lift-log-limits";

// Reading a program's pipes blocks a thread each; on a small host the pool would add threads one by one, each half a second late.
const int Threads = 16;

if (args is not ["--config", var path, ..] || args is not ([_, _] or [_, _, LiftLogLimits]))
{
    await Console.Error.WriteLineAsync($"Usage: Console.Agent --config FILE [{LiftLogLimits}]");
    return WrongConfiguration;
}

if (SettingsReader.Read(path, out var problems) is not { } settings)
{
    foreach (var problem in problems)
        await Console.Error.WriteLineAsync(problem);
    return WrongConfiguration;
}

if (args is [.., LiftLogLimits])
    return await LogLimitLift.RunAsync(settings, Console.Out, CancellationToken.None) ? 0 : CannotStart;

ThreadPool.SetMinThreads(Threads, Threads);
try
{
    using var onlyAgent = OneAgent.Lock(settings.JournalPath);
    await using var app = AgentApp.Build(settings);
    app.Services.GetRequiredService<CommandDesk>().Load();
    using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
    {
        signal.Cancel = true;
        app.Lifetime.StopApplication();
    });
    await app.StartAsync();
    var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses;
    StartLog.Listening(app.Logger, string.Join(", ", addresses ?? []));
    await app.WaitForShutdownAsync();
    return 0;
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException)
{
    await Console.Error.WriteLineAsync($"The agent cannot start: {e.Message}");
    return CannotStart;
}
