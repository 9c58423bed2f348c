using AngleSharp.Dom;
using Bunit;
using FleetConsole.Client.Pages;
using FleetConsole.Client.Tests.Harness;
using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Tests.Pages;

/// <summary>One known host, git-01, and a page that shows it.</summary>
public abstract class HostPageBase : PageTest
{
    protected const string Name = "git-01";

    protected HostPageBase() => Server.Hosts[Name] = new()
    {
        Summary = new() { Host = Name, Version = "16.7.0", ProcessStartedAt = At(8, 0), Health = HealthState.Serving, P99Seconds = 0.4, Scraped = true },
        MetricsAsOf = At(11, 59, 58),
        ServerInfo = new() { Version = "16.7.0", GitVersion = "2.42.0", RefExistsMessage = "No repository is configured." },
    };

    private protected HostReply Host => Server.Hosts[Name];

    protected IRenderedComponent<HostPage> OpenHost(string name = Name) => Open<HostPage>(parameters => parameters.Add(page => page.Name, name));

    protected static IElement Button(IRenderedComponent<HostPage> page, string action) => page.Find($"button[data-testid={action}]");

    protected IElement ConfirmButton => Dialogs.Find(".mud-dialog-actions button:last-child");

    protected void GiveReason(string reason) => Field("Reason").Input(reason);

    protected void TypeName(string host) => Field("Type ").Input(host);

    /// <summary>The open dialog's field with this label.</summary>
    protected IElement Field(string label) => Dialogs.Find($"#{Dialogs.FindAll("label").Single(l => Text(l).StartsWith(label, StringComparison.Ordinal)).GetAttribute("for")}");

    protected static CommandView Command(string action, CommandPhase phase) => new()
    {
        Id = "c9",
        Host = Name,
        Action = action,
        Phase = phase,
        RequestedBy = "olga",
        RequestedAt = At(11, 50),
        Reason = "too slow",
        Message = "Waiting.",
    };
}
