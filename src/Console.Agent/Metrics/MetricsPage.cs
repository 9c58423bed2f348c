using System.Globalization;
using System.Text;
using FleetConsole.Agent.Supervisors;
using FleetConsole.Contracts.Agent.V1;

namespace FleetConsole.Agent.Metrics;

/// <summary>
/// The text exposition of the agent's figures, named as cAdvisor names them. There is no process_start_time_seconds: under one instance
/// label it would be mistaken for the server's.
/// </summary>
internal sealed class MetricsPage(UnitDirectory units, CommandCounters counters)
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public string Write()
    {
        var text = new StringBuilder();
        var figures = units.All.Select(Service).OfType<ServiceFigures>().ToArray();
        Family(text, "container_cpu_usage_seconds_total", "counter", "CPU time of the unit's main process and its children.");
        foreach (var f in figures)
            Sample(text, "container_cpu_usage_seconds_total", f.CpuSeconds, ("id", f.Id), ("cpu", "total"));
        Family(text, "container_memory_working_set_bytes", "gauge", "Memory of the unit's main process and its children that cannot be dropped at once.");
        foreach (var f in figures)
            Sample(text, "container_memory_working_set_bytes", f.WorkingSetBytes, ("id", f.Id));
        Family(text, "fleetconsole_agent_accounting_info", "gauge", "Where the unit's figures come from.");
        foreach (var f in figures)
            Sample(text, "fleetconsole_agent_accounting_info", 1, ("id", f.Id), ("source", f.Accounting == Accounting.Cgroup ? "cgroup" : "proc"));
        Family(text, "fleetconsole_agent_commands_total", "counter", "Commands by what became of them.");
        foreach (var (action, outcome, count) in counters.Snapshot())
            Sample(text, "fleetconsole_agent_commands_total", count, ("action", action), ("outcome", outcome));
        return text.ToString();
    }

    private static ServiceFigures? Service(Unit unit) => unit.Figures.Service(unit.Supervisor.Look());

    private static void Family(StringBuilder text, string name, string type, string help) =>
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    private static void Sample(StringBuilder text, string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        text.Append(name);
        var opening = '{';
        foreach (var (label, content) in labels)
        {
            text.Append(opening).Append(label).Append("=\"").Append(Escape(content)).Append('"');
            opening = ',';
        }

        text.Append("} ").Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string Escape(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);
}
