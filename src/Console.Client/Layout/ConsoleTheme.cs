using MudBlazor;

namespace FleetConsole.Client.Layout;

/// <summary>The console's colours and type: quiet surfaces, so that a red number is the loudest thing on the page.</summary>
internal static class ConsoleTheme
{
    private static readonly string[] SystemFonts = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Liberation Sans", "sans-serif"];

    public static MudTheme Both { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#1d5fd1",
            Background = "#f6f7f9",
            Surface = "#ffffff",
            TextPrimary = "#1a1f29",
            TextSecondary = "#56606f",
            Success = "#157347",
            Warning = "#946200",
            Error = "#c2272d",
            LinesDefault = "#dde1e7",
            TableLines = "#e6e9ee",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#6ea8fe",
            PrimaryContrastText = "#0b1220",
            Background = "#10141b",
            Surface = "#171c25",
            TextPrimary = "#e6e9ef",
            TextSecondary = "#9aa5b5",
            Success = "#4cc38a",
            Warning = "#e5b454",
            WarningContrastText = "#1a1405",
            Error = "#ff7b7b",
            ErrorContrastText = "#200a0a",
            LinesDefault = "#29313d",
            TableLines = "#232a35",
        },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = SystemFonts, FontSize = "0.9rem" },
            Button = new ButtonTypography { FontFamily = SystemFonts, FontSize = "0.875rem", FontWeight = "600", TextTransform = "none" },
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "6px" },
    };
}
