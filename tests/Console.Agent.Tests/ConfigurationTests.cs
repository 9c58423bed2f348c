using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using FleetConsole.Agent.Configuration;
using FleetConsole.Agent.Tests.Harness;

namespace FleetConsole.Agent.Tests;

public sealed class ConfigurationTests
{
    [Theory]
    [InlineData("Listen", "\"somewhere\"", "Listen")]
    [InlineData("Listen", "\"127.0.0.1\"", "Listen")]
    [InlineData("Listen", "null", "Listen")]
    [InlineData("MetricsListen", "\"0.0.0.0:9101\"", "MetricsListen")]
    [InlineData("Certificate", "\"gone.crt\"", "Certificate")]
    [InlineData("Certificate", "\"agent.key\"", "Certificate")]
    [InlineData("Key", "null", "Key")]
    [InlineData("ClientCa", "\"agent.key\"", "ClientCa")]
    [InlineData("JournalPath", "\"no/such/directory/journal.jsonl\"", "JournalPath")]
    [InlineData("Clients", "[]", "Clients")]
    [InlineData("Clients", "[{\"San\":\"a b\",\"Actions\":[\"status\"]}]", "Clients:0:San")]
    [InlineData("Clients", "[{\"San\":\"console\",\"Actions\":[\"reboot\"]}]", "Clients:0:Actions")]
    [InlineData("Clients", "[{\"San\":\"console\",\"Actions\":[\"status\"]},{\"San\":\"CONSOLE\",\"Actions\":[\"status\"]}]", "Clients:1:San")]
    [InlineData("Units", "{}", "Units")]
    [InlineData("Units", "{\"../x\":{}}", "Units:../x")]
    [InlineData("Units", "{\"--help\":{}}", "Units:--help")]
    [InlineData("Clients", "[{\"San\":\"console\",\"Actions\":[\"status\"],\"Units\":[\"other\"]}]", "Clients:0:Units")]
    [InlineData("Listne", "\"127.0.0.1:1\"", "Listne")]
    public void Wrong_value_is_told_by_its_key(string key, string value, string told)
    {
        AssertTold(config => config[key] = JsonNode.Parse(value), told);
    }

    [Theory]
    [InlineData("Supervisor", "\"systemd\"", "take out Command")]
    [InlineData("Supervisor", "\"upstart\"", "systemd")]
    [InlineData("Reload", "\"gently\"", "in-place")]
    [InlineData("Reload", "\"handover\"", "PidFile")]
    [InlineData("Supervisor", "null", "child-process")]
    [InlineData("Command", "[]", "program")]
    [InlineData("Command", "[\"sleep\"]", "PATH is not searched")]
    [InlineData("Command", "[\"/no/such/program\"]", "does not exist")]
    [InlineData("WorkingDirectory", "\"gone\"", "does not exist")]
    [InlineData("LogPath", "null", "must be set")]
    [InlineData("PprofUrl", "null", "profile")]
    [InlineData("PprofUrl", "\"ftp://x\"", "http")]
    [InlineData("CgroupPath", "\"/../etc\"", "cgroup")]
    [InlineData("CgroupId", "\"\"", "empty")]
    [InlineData("Actions", "[\"all\"]", "status, restart, reload, profile, dump, abort, journal")]
    [InlineData("StopTimeoutSeconds", "0", "1 to 600")]
    [InlineData("StopTimeoutSeconds", "\"ten\"", "line 1")]
    [InlineData("RestartDelaySeconds", "61", "1 to 60")]
    [InlineData("AbortTimeoutSeconds", "601", "1 to 600")]
    public void Wrong_value_of_a_unit_is_told_by_its_key(string key, string value, string words)
    {
        var problem = AssertTold(config => Unit(config)[key] = JsonNode.Parse(value), $"Units:{AgentSetup.Unit}:{key}");
        Assert.Contains(words, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_units_with_one_id_are_refused()
    {
        AssertTold(
            config =>
            {
                Unit(config)["CgroupId"] = "/same";
                config["Units"]?.AsObject().Add("praefect", Unit(config).DeepClone());
            },
            "Units:praefect:CgroupId");
    }

    [Fact]
    public async Task Right_file_gives_absolute_paths_and_defaults()
    {
        await using var setup = new AgentSetup();
        setup.UnitConfig.Remove("StopTimeoutSeconds");
        setup.UnitConfig.Remove("RestartDelaySeconds");
        setup.Config.Remove("MetricsListen");
        var settings = SettingsReader.Read(setup.WriteConfig(), out var problems);
        Assert.Empty(problems);
        Assert.NotNull(settings);
        var unit = settings.Units[AgentSetup.Unit];
        Assert.Equal((setup.Journal, setup.At("server.log"), setup.Path), (settings.JournalPath, unit.LogPath, unit.WorkingDirectory));
        Assert.Equal((TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1)), (unit.StopTimeout, unit.RestartDelay, unit.AbortTimeout));
        Assert.Equal(("/gitaly", null, null), (unit.CgroupId, unit.CgroupPath, settings.MetricsListen));
    }

    [Fact]
    public async Task Agent_tells_every_problem_on_a_line_of_its_own_and_starts_nothing()
    {
        await using var setup = new AgentSetup("echo started");
        setup.Config["Listen"] = "nowhere";
        setup.UnitConfig["Supervisor"] = "systemd";
        var agent = setup.StartUnchecked();
        Assert.Equal(2, await agent.ExitAsync());
        Assert.Collection(
            agent.Lines,
            l => Assert.StartsWith("Listen: ", l, StringComparison.Ordinal),
            l => Assert.StartsWith("Units:gitaly:Supervisor: ", l, StringComparison.Ordinal));
        Assert.False(File.Exists(setup.At("server.log")));
    }

    [Theory]
    [InlineData("Listen")]
    [InlineData("MetricsListen")]
    public async Task Port_in_use_is_told_in_one_line_and_nothing_is_started(string key)
    {
        await using var setup = new AgentSetup("echo started");
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        setup.Config[key] = taken.LocalEndpoint.ToString();
        var agent = setup.StartUnchecked();
        Assert.Equal(1, await agent.ExitAsync());
        var line = Assert.Single(agent.Lines);
        Assert.Contains($"{taken.LocalEndpoint}: address already in use", line, StringComparison.Ordinal);
        Assert.False(File.Exists(setup.At("server.log")));
    }

    [Fact]
    public async Task File_that_is_not_there_is_told()
    {
        await using var setup = new AgentSetup();
        Assert.Null(SettingsReader.Read(setup.At("gone.json"), out var problems));
        Assert.StartsWith("--config: ", Assert.Single(problems), StringComparison.Ordinal);
    }

    private static JsonObject Unit(JsonObject config) => config["Units"]?[AgentSetup.Unit]?.AsObject() ?? throw new InvalidOperationException("No unit.");

    private static string AssertTold(Action<JsonObject> change, string key)
    {
        var directory = Directory.CreateTempSubdirectory("agent-config-").FullName;
        try
        {
            using var authority = new TestAuthority();
            AgentSetup.WriteCertificates(authority, directory);
            var config = AgentSetup.NewConfig(AgentSetup.NewUnit("/bin/sleep"));
            change(config);
            var path = Path.Join(directory, "agent.json");
            File.WriteAllText(path, config.ToJsonString());
            Assert.Null(SettingsReader.Read(path, out var problems));
            var problem = Assert.Single(problems);
            Assert.StartsWith($"{key}: ", problem, StringComparison.Ordinal);
            return problem;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
