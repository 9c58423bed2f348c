using FleetConsole.Analysis.Fleet;
using FleetConsole.Analysis.Latency;

namespace FleetConsole.Analysis.Drift;

/// <summary>One host's and method's latency, as the detector takes it.</summary>
/// <param name="Host">The host.</param>
/// <param name="Method">service/method.</param>
/// <param name="Bins">Its latency by process age.</param>
public sealed record DriftSeries(HostId Host, string Method, AgeBins Bins);
