namespace FleetConsole.Client.Components;

/// <summary>The colours of lines, one for each host in the order of names.</summary>
internal static class ChartColors
{
    // After Okabe and Ito's colours, told apart by most people with any colour vision; lighter on a dark ground.
    private static readonly string[] OnLight = ["#0072b2", "#c77f00", "#009e73", "#d55e00", "#3a9bdc", "#b8558b", "#7a5bb0", "#6b6b6b"];
    private static readonly string[] OnDark = ["#4aa8f0", "#f0b13c", "#34d3a0", "#ff8a4a", "#9ad8ff", "#f09cc8", "#b9a0f5", "#b5bcc8"];

    public static IReadOnlyList<string> On(bool dark) => dark ? OnDark : OnLight;
}
