using System.Runtime.InteropServices;
using FleetConsole.Client.Components;
using FleetConsole.Client.Layout;
using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Deploys;

/// <summary>One method's p99 over process age: each host's old process and its new one.</summary>
public sealed partial class BeforeAfterChart : IDisposable
{
    // So much more of the old process's age is shown than the new one has reached: where it was going.
    private const double Beyond = 2;

    [CascadingParameter]
    public required ThemeChoice Theme { get; set; }

    [Parameter, EditorRequired]
    public required IReadOnlyList<AgeCurves> Curves { get; set; }

    [Parameter, EditorRequired]
    public required Deploy Deploy { get; set; }

    private IReadOnlyList<ChartTrace> Traces { get; set; } = [];

    private TimeSpan? MaxAge { get; set; }

    private string Label => $"p99 over process age on {Curves.Count} hosts, before and after {Deploy.ToVersion}; the numbers are in the table after it";

    protected override void OnInitialized() => Theme.Switched += OnSwitched;

    protected override void OnParametersSet()
    {
        var colors = ChartColors.On(Theme.Dark);
        var hosts = Curves.Select(c => c.Host).Order(StringComparer.Ordinal).ToList();
        Traces = [.. Curves.OrderBy(c => c.Host, StringComparer.Ordinal).SelectMany(c => LinesOf(c, colors[hosts.IndexOf(c.Host) % colors.Count]))];
        var reached = Curves.Select(c => Last(c.AfterAges.Span)).DefaultIfEmpty(0).Max();
        MaxAge = reached > 0 ? TimeSpan.FromSeconds(reached * Beyond) : null;
    }

    public void Dispose() => Theme.Switched -= OnSwitched;

    private IEnumerable<ChartTrace> LinesOf(AgeCurves curves, string color)
    {
        var before = Deploy.Steps.FirstOrDefault(step => step.Host == curves.Host)?.FromVersion ?? "before";
        yield return new($"{curves.Host} · {before}", curves.Host, false, color, "dash", curves.BeforeAges.Memory, curves.BeforeSeconds.Memory, 0);
        yield return new($"{curves.Host} · {Deploy.ToVersion}", curves.Host, true, color, "solid", curves.AfterAges.Memory, curves.AfterSeconds.Memory, 0);
    }

    private static double Last(ReadOnlySpan<byte> packed) => packed.IsEmpty ? 0 : MemoryMarshal.Cast<byte, double>(packed)[^1];

    private void OnSwitched() => _ = InvokeAsync(() =>
    {
        OnParametersSet();
        StateHasChanged();
    });
}
