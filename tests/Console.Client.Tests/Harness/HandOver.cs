using Bunit.Rendering;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Infrastructure;

namespace FleetConsole.Client.Tests.Harness;

/// <summary>What a prerendered page hands to the browser, between the two.</summary>
internal sealed class HandOver : IPersistentComponentStateStore
{
    private IDictionary<string, byte[]> _state = new Dictionary<string, byte[]>();

    public static async Task<HandOver> FromAsync(ComponentStatePersistenceManager server, BunitRenderer renderer)
    {
        var store = new HandOver();
        await renderer.Dispatcher.InvokeAsync(() => server.PersistStateAsync(store, renderer));
        return store;
    }

    public Task<IDictionary<string, byte[]>> GetPersistedStateAsync() => Task.FromResult(_state);

    public Task PersistStateAsync(IReadOnlyDictionary<string, byte[]> state)
    {
        _state = new Dictionary<string, byte[]>(state);
        return Task.CompletedTask;
    }

    public bool SupportsRenderMode(IComponentRenderMode renderMode) => true;
}
