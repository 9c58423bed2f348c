using System.Net;
using System.Net.Sockets;

namespace FleetConsole.EndToEnd.Tests;

public sealed class DemoTests(LiveFleet fleet)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_port_in_use_is_one_clear_line_and_nothing_is_left_running()
    {
        fleet.Require();
        var port = DemoProcess.FreePorts();
        using var taken = new TcpListener(IPAddress.Loopback, port + 3);
        taken.Start();
        var data = Directory.CreateTempSubdirectory("fleetconsole-").FullName;
        await using var demo = DemoProcess.Start(port, data);
        Assert.Equal(1, await demo.EndAsync(Cancel));
        var line = Assert.Single(demo.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains($"Port {port + 3} is in use (needed for Prometheus). Set PORT", line, StringComparison.Ordinal);
        Assert.Empty(DemoProcess.RunningOn(data));
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task Ending_the_demo_ends_every_child()
    {
        fleet.Require();
        var data = Directory.CreateTempSubdirectory("fleetconsole-").FullName;
        await using (var demo = DemoProcess.Start(DemoProcess.FreePorts(), data))
        {
            await demo.ReadyAsync(TimeSpan.FromSeconds(120), Cancel);
            Assert.NotEmpty(DemoProcess.RunningOn(data));
            Assert.Equal(0, await demo.StopAsync(Cancel));
        }

        Assert.Empty(DemoProcess.RunningOn(data));
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task A_wrong_PORT_is_one_clear_line()
    {
        fleet.Require();
        var data = Directory.CreateTempSubdirectory("fleetconsole-").FullName;
        await using var demo = DemoProcess.Start(80, data);
        Assert.Equal(1, await demo.EndAsync(Cancel));
        Assert.Equal("PORT is \"80\"; it must be a number from 1024 to 65000.", demo.Output.Trim());
        Directory.Delete(data, recursive: true);
    }
}
