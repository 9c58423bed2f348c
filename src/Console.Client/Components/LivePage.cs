using FleetConsole.Client.Api;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Components;

/// <summary>
/// A page that shows what a call returned, and asks again whenever the server says that it changed. What was
/// prerendered is handed to the browser, so the browser's first look costs no call.
/// </summary>
public abstract class LivePage : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _leaving = new();
    private readonly CancellationToken _left;
    private bool _loading;
    private bool _again;

    [Inject]
    public required ChangeFeed Feed { get; set; }

    /// <summary>Why the last look failed; null when it did not.</summary>
    protected string? Problem { get; private set; }

    /// <summary>The topics of the change feed that concern the page.</summary>
    protected abstract IReadOnlyList<string> Topics { get; }

    /// <summary>Asks for the page's data and keeps it.</summary>
    /// <exception cref="ApiException">It could not be had; what was shown stays.</exception>
    protected abstract Task LoadAsync(CancellationToken cancellationToken);

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
            return;
        Feed.Changed += OnChanged;
        await Feed.StartAsync();
    }

    protected LivePage() => _left = _leaving.Token;

    /// <summary>Loads now; while a load runs, one more follows it however often this is called.</summary>
    protected async Task RefreshAsync()
    {
        if (_left.IsCancellationRequested)
            return;
        if (_loading)
        {
            _again = true;
            return;
        }

        _loading = true;
        try
        {
            do
            {
                _again = false;
                await AskAsync(LoadAsync);
            }
            while (_again && !_left.IsCancellationRequested);
        }
        finally
        {
            _loading = false;
        }
    }

    /// <summary>Runs a call of the page; that it failed becomes the page's <see cref="Problem"/>.</summary>
    protected async Task AskAsync(Func<CancellationToken, Task> call)
    {
        try
        {
            await call(_left);
            Problem = null;
        }
        catch (ApiException e)
        {
            Problem = e.Message;
        }
        catch (OperationCanceledException) when (_left.IsCancellationRequested)
        {
            // The page was left; nobody waits for this answer.
        }
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        Feed.Changed -= OnChanged;
        _leaving.Cancel();
        _leaving.Dispose();
    }

    private void OnChanged(string topic)
    {
        if (Topics.Contains(topic) && !_left.IsCancellationRequested)
            _ = InvokeAsync(ShowAgainAsync);
    }

    private async Task ShowAgainAsync()
    {
        await RefreshAsync();
        if (!_left.IsCancellationRequested)
            StateHasChanged();
    }
}
