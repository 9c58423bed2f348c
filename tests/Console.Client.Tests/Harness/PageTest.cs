using System.Security.Claims;
using AngleSharp.Dom;
using Bunit;
using Bunit.TestDoubles;
using FleetConsole.Client.Api;
using FleetConsole.Client.Layout;
using FleetConsole.Contracts;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MudBlazor;

namespace FleetConsole.Client.Tests.Harness;

/// <summary>A page in a browser: its server, its clock, the person who is signed in.</summary>
public abstract class PageTest : BunitContext
{
    private readonly BunitAuthorizationContext _authorization;

    protected PageTest()
    {
        Server = new(Clock);
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddConsolePages();
        Services.AddSingleton<TimeProvider>(Clock);
        Services.AddSingleton<IFleetApi>(Server);
        Services.AddSingleton<ILatencyApi>(Server);
        Services.AddSingleton<IFindingsApi>(Server);
        Services.AddSingleton<ICapturesApi>(Server);
        Services.AddSingleton<IProfilesApi>(Server);
        Services.AddSingleton<ICaptureRulesApi>(Server);
        Services.AddSingleton<IAuditApi>(Server);
        Services.AddSingleton<IControlApi>(Server);
        Services.AddSingleton<IRolloutsApi>(Server);
        Services.AddSingleton<IDeploysApi>(Server);
        Services.AddSingleton<ComponentStatePersistenceManager>();
        Services.AddSingleton(services => services.GetRequiredService<ComponentStatePersistenceManager>().State);
        PersistentStateProviderServiceCollectionExtensions.AddSupplyValueFromPersistentComponentStateProvider(Services);
        _authorization = this.AddAuthorization();
        RenderTree.Add<CascadingValue<ThemeChoice>>(theme => theme.Add(value => value.Value, Theme));
        SignIn("vera", Roles.Viewer);
        SetRendererInfo(new RendererInfo("WebAssembly", isInteractive: true));
    }

    protected static DateTimeOffset Noon { get; } = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    protected FakeTimeProvider Clock { get; } = new(Noon);

    protected ThemeChoice Theme { get; } = new(dark: true);

    private protected FakeServer Server { get; }

    protected ChangeFeed Feed => Services.GetRequiredService<ChangeFeed>();

    protected BunitNavigationManager Address => Services.GetRequiredService<BunitNavigationManager>();

    /// <summary>What is drawn outside of the page: open dialogs and open lists.</summary>
    protected IRenderedComponent<MudDialogProvider> Dialogs { get; private set; } = null!;

    protected IRenderedComponent<MudPopoverProvider> Popovers { get; private set; } = null!;

    protected static Timestamp At(int hour, int minute, int second = 0) => new DateTimeOffset(2026, 11, 24, hour, minute, second, TimeSpan.Zero).ToTimestamp();

    protected void SignIn(string name, string role)
    {
        _authorization.SetAuthorized(name);
        _authorization.SetClaims([
            new Claim(ClaimTypes.Role, role), .. Roles.PermissionsOf(role).Select(permission => new Claim(Permissions.ClaimType, permission))]);
    }

    protected void SignOut() => _authorization.SetNotAuthorized();

    /// <summary>Opens a page as the layout does, with the places for dialogs and lists.</summary>
    protected IRenderedComponent<TPage> Open<TPage>(Action<ComponentParameterCollectionBuilder<TPage>>? parameters = null)
        where TPage : IComponent
    {
        Popovers = Render<MudPopoverProvider>();
        Dialogs = Render<MudDialogProvider>();
        return Render(parameters ?? (_ => { }));
    }

    /// <summary>The texts of a table's cells, row by row.</summary>
    protected static IReadOnlyList<IReadOnlyList<string>> Rows(IElement table) =>
        [.. table.QuerySelectorAll("tbody tr").Select(row => (IReadOnlyList<string>)[.. row.QuerySelectorAll("td").Select(Text)])];

    /// <summary>An element's text as a person reads it: runs of white space are one space.</summary>
    protected static string Text(IElement element) => string.Join(' ', element.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
