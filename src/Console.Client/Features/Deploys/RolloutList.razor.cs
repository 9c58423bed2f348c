using FleetConsole.Contracts.V1;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Deploys;

/// <summary>The rollout as it went.</summary>
public partial class RolloutList
{
    [Parameter, EditorRequired]
    public required Deploy Deploy { get; set; }

    private static TimeSpan Between(Timestamp from, Timestamp to) => to.ToDateTimeOffset() - from.ToDateTimeOffset();
}
