using System.Buffers;
using System.Globalization;

namespace FleetConsole.Agent.Systemd;

/// <summary>Time spans as systemd writes and reads them, such as "1min 30s", "100ms" or "infinity"; see systemd.time(7).</summary>
internal static class TimeSpanText
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");
    private static readonly SearchValues<char> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzM");

    /// <summary>A bare number is in seconds. Null when the text is no time span; <see cref="TimeSpan.MaxValue"/> is "infinity".</summary>
    public static TimeSpan? Parse(string text)
    {
        if (text == "infinity")
            return TimeSpan.MaxValue;
        var total = 0.0;
        var rest = text.AsSpan().Trim();
        if (rest.IsEmpty)
            return null;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            var number = digits < 0 ? rest : rest[..digits];
            if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
                return null;
            rest = rest[number.Length..].TrimStart();
            var letters = rest.IndexOfAnyExcept(Letters);
            var unit = letters < 0 ? rest : rest[..letters];
            if (Seconds(unit) is not { } seconds)
                return null;
            total += value * seconds;
            rest = rest[unit.Length..].TrimStart();
        }

        return total < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(total) : TimeSpan.MaxValue;
    }

    private static double? Seconds(ReadOnlySpan<char> unit) => unit switch
    {
        "us" or "usec" => 1e-6,
        "ms" or "msec" => 1e-3,
        "" or "s" or "sec" or "second" or "seconds" => 1,
        "m" or "min" or "minute" or "minutes" => 60,
        "h" or "hr" or "hour" or "hours" => 3600,
        "d" or "day" or "days" => 86_400,
        "w" or "week" or "weeks" => 7 * 86_400,
        "M" or "month" or "months" => 30.44 * 86_400,
        "y" or "year" or "years" => 365.25 * 86_400,
        _ => null,
    };
}
