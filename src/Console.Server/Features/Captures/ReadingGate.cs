namespace FleetConsole.Server.Features.Captures;

/// <summary>Lets one file at a time be read: that takes a core and some hundred megabytes, and two at a time would only be later both.</summary>
internal sealed class ReadingGate : IDisposable
{
    private readonly SemaphoreSlim _reading = new(1);

    /// <summary>Waits for its turn and reads.</summary>
    public async Task<T> RunAsync<T>(Func<T> read, CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(read, cancellationToken);
        }
        finally
        {
            _reading.Release();
        }
    }

    public void Dispose() => _reading.Dispose();
}
