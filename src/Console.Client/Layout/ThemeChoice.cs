namespace FleetConsole.Client.Layout;

/// <summary>Dark or light, as the viewer chose; one for the whole application.</summary>
public sealed class ThemeChoice(bool dark)
{
    public const string Cookie = "fleetconsole-theme";
    public const string Light = "light";
    public const string DarkName = "dark";

    /// <summary>The theme's name by what the viewer's cookie says; dark where it says nothing.</summary>
    public static string NameOf(string? cookie) => cookie == Light ? Light : DarkName;

    /// <summary>Raised when the viewer switches.</summary>
    public event Action? Switched;

    public bool Dark { get; private set; } = dark;

    public string Name => Dark ? DarkName : Light;

    public void Switch()
    {
        Dark = !Dark;
        Switched?.Invoke();
    }
}
