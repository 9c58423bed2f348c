using FleetConsole.Contracts;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;

namespace FleetConsole.Server.Hosting;

/// <summary>Browsers listen here; nobody can call anything on it.</summary>
[Authorize(Policy = Permissions.View)]
internal sealed class ChangesHub : Hub;

/// <summary>Says to every open page "this changed, ask again".</summary>
internal sealed class ChangeBroadcast(IHubContext<ChangesHub> hub)
{
    /// <param name="topic">One of <see cref="Changes"/>.</param>
    public Task SendAsync(string topic, CancellationToken cancellationToken) =>
        hub.Clients.All.SendAsync(Changes.Changed, topic, cancellationToken);
}
