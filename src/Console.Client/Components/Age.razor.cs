using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Components;

/// <summary>How long ago a moment was, counting on by itself.</summary>
public sealed partial class Age(TimeProvider time) : IDisposable
{
    private ITimer? _timer;

    [Parameter]
    public Timestamp? Since { get; set; }

    private string Text { get; set; } = Figures.None;

    protected override void OnParametersSet() => Text = Figures.Age(Since, time.GetUtcNow());

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
            _timer = time.CreateTimer(_ => _ = InvokeAsync(Tick), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    public void Dispose() => _timer?.Dispose();

    private void Tick()
    {
        var text = Figures.Age(Since, time.GetUtcNow());
        if (text == Text)
            return;
        Text = text;
        StateHasChanged();
    }
}
