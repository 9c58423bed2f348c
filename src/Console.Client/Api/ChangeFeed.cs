using FleetConsole.Contracts;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.SignalR.Client;

namespace FleetConsole.Client.Api;

/// <summary>
/// Tells a page that something changed, so that it asks again. In the browser this is one SignalR connection for the
/// whole application; while prerendering nobody is told anything.
/// </summary>
public sealed class ChangeFeed(NavigationManager navigation) : IAsyncDisposable
{
    private HubConnection? _connection;

    /// <summary>A topic of <see cref="Changes"/> changed; also raised for every topic after a lost connection is back.</summary>
    public event Action<string>? Changed;

    /// <summary>The connection to the console's server was lost (false) or is back (true).</summary>
    public event Action<bool>? Connected;

    /// <summary>Connects once; later calls return at once. Called by a page when it has become interactive.</summary>
    public async Task StartAsync()
    {
        if (_connection is not null || !OperatingSystem.IsBrowser())
            return;
        _connection = new HubConnectionBuilder()
            .WithUrl(navigation.ToAbsoluteUri(Changes.Path))
            .WithAutomaticReconnect(new Patient())
            .Build();
        _connection.On<string>(Changes.Changed, Tell);
        _connection.Reconnecting += _ =>
        {
            TellConnected(false);
            return Task.CompletedTask;
        };
        _connection.Reconnected += _ =>
        {
            TellConnected(true);
            Tell(Changes.Fleet);
            Tell(Changes.Commands);
            return Task.CompletedTask;
        };
        try
        {
            // Not the page's token: the connection outlives the page that happened to open it.
            await _connection.StartAsync(CancellationToken.None);
            TellConnected(true);
        }
        catch (HttpRequestException)
        {
            // Automatic reconnection only follows a first success; the next page that opens tries again.
            await _connection.DisposeAsync();
            _connection = null;
            TellConnected(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
    }

    internal void Tell(string topic) => Changed?.Invoke(topic);

    internal void TellConnected(bool connected) => Connected?.Invoke(connected);

    // A console left open over night must find its server again in the morning, so it never gives up.
    private sealed class Patient : IRetryPolicy
    {
        public TimeSpan? NextRetryDelay(RetryContext retryContext) =>
            TimeSpan.FromSeconds(Math.Min(10, 1 + retryContext.PreviousRetryCount));
    }
}
