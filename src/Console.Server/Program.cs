using FleetConsole.Client;
using FleetConsole.Server.Backtest;
using FleetConsole.Server.Components;
using FleetConsole.Server.Features.Audit;
using FleetConsole.Server.Features.Findings;
using FleetConsole.Server.Hosting;
using FleetConsole.Server.Security;
using FleetConsole.Server.Shell;
using FleetConsole.Server.Storage;
using Prometheus;

if (ReplayCommand.Is(args))
    return await ReplayCommand.RunAsync(args, System.Console.Out, System.Console.Error, CancellationToken.None);
if (BacktestCommand.Is(args))
    return BacktestCommand.Run(args, System.Console.Out, System.Console.Error);
if (ProfileCommand.Is(args))
    return ProfileCommand.Run(args, System.Console.OpenStandardInput(), System.Console.Out, System.Console.Error);
if (DumpCommand.Is(args))
    return DumpCommand.Run(args, System.Console.OpenStandardInput(), System.Console.Out, System.Console.Error);
var builder = WebApplication.CreateBuilder(new WebApplicationOptions
{
    Args = ConfigurationFile.Without(args),

    // The pages' files lie beside the program, wherever it is started from.
    ContentRootPath = AppContext.BaseDirectory,
});
if (!ConfigurationFile.TryAddFrom(args, builder.Configuration, System.Console.Error))
    return HostingSetup.WrongSettings;
builder.AddEndpoints();
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddStorage(builder.Configuration);
builder.Services.AddSecurity(builder.Configuration);
builder.Services.AddSignInLimit(builder.Configuration);
builder.Services.AddSources(builder.Configuration);
builder.Services.AddFeatures(builder.Configuration);
builder.Services.AddConsolePages();
builder.Services.AddCascadingAuthenticationState();
builder.Services.AddHealthChecks().AddCheck<DatabaseCheck>("database");
builder.Services.AddRazorComponents()
    .AddInteractiveWebAssemblyComponents()
    .AddAuthenticationStateSerialization(options => options.SerializationCallback = PageClaims.SelectAsync);

await using var app = builder.TryBuild(System.Console.Error);
if (app is null)
    return HostingSetup.WrongSettings;
if (UsersCommand.Is(args))
    return await UsersCommand.RunAsync(args, app.Services, System.Console.In, System.Console.Error);
if (TokensCommand.Is(args))
    return await TokensCommand.RunAsync(args, app.Services, System.Console.Out, System.Console.Error);
if (AuditCommand.Is(args))
    return await AuditCommand.RunAsync(args, app.Services, System.Console.Out, System.Console.Error);
if (!app.SettingsHold(System.Console.Error))
    return HostingSetup.WrongSettings;
await app.Services.MigrateAsync(CancellationToken.None);
using var only = OneConsole.TryLock(app.Services, System.Console.Error);
if (only is null)
    return HostingSetup.WrongSettings;

app.UseResponseHeaders();
app.UseRouting();
app.UseListenerGate();
app.UseHttpMetrics();
app.UseRateLimiter();
app.UseAuthentication();
app.UseAuthorization();
app.UseBodyLimit();
app.UseSameOrigin();
app.UseAntiforgery();
app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
app.MapStaticAssets().AllowAnonymous();
app.MapAccount();
app.MapFeatures();
app.MapMetrics().AllowAnonymous().WithMetadata(new ServedOn(Listener.Metrics));
app.MapHealthChecks("/healthz").AllowAnonymous().WithMetadata(new ServedOn(Listener.Metrics));
app.MapRazorComponents<App>()
    .AddInteractiveWebAssemblyRenderMode()
    .AddAdditionalAssemblies(typeof(ClientServices).Assembly);
return await app.RunToEndAsync();
