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
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(3);
    private readonly CancellationTokenSource _ending = new();
    private HubConnection? _connection;

    /// <summary>A topic of <see cref="Changes"/> changed; also raised for every topic after a lost connection is back.</summary>
    public event Action<string>? Changed;

    /// <summary>The connection to the console's server was lost (false) or is back (true).</summary>
    public event Action<bool>? Connected;

    /// <summary>The server no longer knows the session; nothing more is heard until somebody signs in.</summary>
    public event Action? SignedOut;

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
            Tell(Changes.Deploys);
            return Task.CompletedTask;
        };
        _connection.Closed += e =>
        {
            if (e is not null && SaysSignedOut(e))
                TellSignedOut();
            return Task.CompletedTask;
        };
        await ConnectAsync(_connection);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        if (_connection is not null)
            await _connection.DisposeAsync();
        _ending.Dispose();
    }

    // Automatic reconnection only follows a first success. The connection outlives the page that happened to open it.
    private async Task ConnectAsync(HubConnection connection)
    {
        using var timer = new PeriodicTimer(FirstPause);
        var lost = false;
        while (!_ending.IsCancellationRequested)
        {
            try
            {
                await connection.StartAsync(_ending.Token);
                TellConnected(true);
                if (lost)
                {
                    Tell(Changes.Fleet);
                    Tell(Changes.Commands);
                    Tell(Changes.Deploys);
                }

                return;
            }
            catch (HttpRequestException e) when (SaysSignedOut(e))
            {
                TellSignedOut();
                return;
            }
            catch (Exception e) when (!_ending.IsCancellationRequested && e is not ObjectDisposedException)
            {
                // Whatever the transport threw, the server cannot be reached yet.
                lost = true;
                TellConnected(false);
            }

            await timer.WaitForNextTickAsync(_ending.Token);
        }
    }

    private static bool SaysSignedOut(Exception e) => e is HttpRequestException { StatusCode: System.Net.HttpStatusCode.Unauthorized };

    internal void Tell(string topic) => Changed?.Invoke(topic);

    internal void TellSignedOut() => SignedOut?.Invoke();

    internal void TellConnected(bool connected) => Connected?.Invoke(connected);

    // A console left open over night must find its server again in the morning; only whoever is signed out is told so.
    private sealed class Patient : IRetryPolicy
    {
        public TimeSpan? NextRetryDelay(RetryContext retryContext) => retryContext.RetryReason is { } reason && SaysSignedOut(reason)
            ? null
            : TimeSpan.FromSeconds(Math.Min(10, 1 + retryContext.PreviousRetryCount));
    }
}
