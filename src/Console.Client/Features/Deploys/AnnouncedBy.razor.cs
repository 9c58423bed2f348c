using FleetConsole.Contracts.V1;
using Microsoft.AspNetCore.Components;

namespace FleetConsole.Client.Features.Deploys;

/// <summary>What the deploy tool told of a deploy: commit, link, author.</summary>
public partial class AnnouncedBy
{
    // As Git shortens it.
    private const int ShortCommit = 10;

    [Parameter, EditorRequired]
    public Announced? Told { get; set; }

    private string Name => Told switch
    {
        { Commit.Length: > ShortCommit } told => told.Commit[..ShortCommit],
        { Commit.Length: > 0 } told => told.Commit,
        { } told => told.Version,
        _ => "",
    };
}
