using System.Globalization;

namespace FleetConsole.Analysis.Profiling;

/// <summary>The values that samples have of one label.</summary>
/// <param name="profile">The profile.</param>
/// <param name="key">The label's key.</param>
public sealed class SampleLabels(PprofProfile profile, string key)
{
    /// <summary>What <see cref="Text"/> says of a sample without the label.</summary>
    public const string None = "(none)";

    /// <summary>A value as text: itself, or the number and its unit, as in <c>16384 bytes</c>.</summary>
    public static string TextOf(PprofLabel label) =>
        label.Text ?? (label.Unit.Length == 0 ? label.Number.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{label.Number} {label.Unit}"));

    /// <summary>Whether a sample has the label with this value.</summary>
    public bool Has(int sample, string value) => profile.Labels(sample).Any(label => label.Key == key && TextOf(label) == value);

    /// <summary>A sample's value, several of them separated by commas.</summary>
    public string Text(int sample)
    {
        var values = string.Join(", ", profile.Labels(sample).Where(label => label.Key == key).Select(TextOf));
        return values.Length == 0 ? None : values;
    }

    /// <summary>The labels of a profile: for each key its values with what their samples sum up to, the largest first.</summary>
    /// <param name="sampleType">Index of the kind of value.</param>
    public static IReadOnlyList<LabelShare> Summarize(PprofProfile profile, int sampleType)
    {
        var sums = new Dictionary<(string Key, string Value), long>();
        for (var sample = 0; sample < profile.SampleCount; sample++)
        {
            foreach (var label in profile.Labels(sample))
            {
                var value = (label.Key, TextOf(label));
                sums[value] = sums.GetValueOrDefault(value) + profile.Value(sample, sampleType);
            }
        }

        return [.. sums.Select(sum => new LabelShare(sum.Key.Key, sum.Key.Value, sum.Value))
            .OrderBy(share => share.Key, StringComparer.Ordinal).ThenByDescending(share => share.Total).ThenBy(share => share.Value, StringComparer.Ordinal)];
    }
}

/// <summary>What the samples with one value of a label sum up to.</summary>
public sealed record LabelShare(string Key, string Value, long Total);
