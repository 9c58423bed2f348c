using System.Text.Json;
using System.Text.Json.Serialization;

namespace FleetConsole.DemoFleet;

/// <summary>
/// A server's settings file. Version and spawn mode are read when it starts; how far it grows is read all the time.
/// </summary>
internal sealed record ServerSettings(
    [property: JsonPropertyName("version")] string Version,
    [property: JsonPropertyName("spawn_mode")] string SpawnMode,
    [property: JsonPropertyName("grow_until_utilisation")] JsonElement GrowUntilUtilisation)
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

    /// <summary>Replaces the file in one step: a server that reads it now sees the old or the new one, never half of it.</summary>
    public void Write(DemoPlan plan, DemoHost host)
    {
        var path = PathOf(plan, host);
        File.WriteAllText(path + ".new", JsonSerializer.Serialize(this));
        File.Move(path + ".new", path, overwrite: true);
    }
}
