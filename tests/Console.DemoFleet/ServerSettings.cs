using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FleetConsole.DemoFleet;

/// <summary>
/// A server's settings file. Version and spawn mode are read when it starts; how far and how fast it grows is read all the time.
/// </summary>
internal sealed record ServerSettings(
    [property: JsonPropertyName("version")] string Version,
    [property: JsonPropertyName("spawn_mode")] string SpawnMode,
    [property: JsonPropertyName("grow_until_utilisation")] JsonElement GrowUntilUtilisation,
    [property: JsonPropertyName("grow_times")] double GrowTimes = 1)
{
    public const string Fork = "fork";
    public const string Spawn = "spawn";

    /// <summary>The utilisation at which the hosts that must not lock up stop growing.</summary>
    public static JsonElement Bounded { get; } = JsonSerializer.SerializeToElement(0.15);

    public static JsonElement Unlimited { get; } = JsonSerializer.SerializeToElement("unlimited");

    public static string PathOf(DemoPlan plan, DemoHost host) => plan.InHost(host, "settings.json");

    public static ServerSettings Read(DemoPlan plan, DemoHost host) =>
        JsonSerializer.Deserialize<ServerSettings>(File.ReadAllText(PathOf(plan, host)))
        ?? throw new DemoException($"{PathOf(plan, host)} is empty.");

    /// <summary>Lets a host of a running demo grow without a bound.</summary>
    /// <param name="times">How many times as fast as it does by itself.</param>
    /// <exception cref="DemoException">There is no such host, or that is no such number.</exception>
    public static void Grow(DemoPlan plan, string name, string times)
    {
        var host = plan.Hosts.FirstOrDefault(h => h.Name == name)
            ?? throw new DemoException($"There is no host \"{name}\"; there are {string.Join(", ", plan.Hosts.Select(h => h.Name))}.");
        if (!int.TryParse(times, NumberStyles.None, CultureInfo.InvariantCulture, out var factor) || factor is < 1 or > 100)
            throw new DemoException($"TIMES is \"{times}\"; it must be a number from 1 to 100.");
        (Read(plan, host) with { GrowUntilUtilisation = Unlimited, GrowTimes = factor }).Write(plan, host);
    }

    /// <summary>Replaces the file in one step: a server that reads it now sees the old or the new one, never half of it.</summary>
    public void Write(DemoPlan plan, DemoHost host)
    {
        var path = PathOf(plan, host);
        File.WriteAllText(path + ".new", JsonSerializer.Serialize(this));
        File.Move(path + ".new", path, overwrite: true);
    }
}
