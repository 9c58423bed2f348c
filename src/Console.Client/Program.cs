using FleetConsole.Client;
using FleetConsole.Client.Api;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;
using Microsoft.AspNetCore.Components.WebAssembly.Hosting;

var builder = WebAssemblyHostBuilder.CreateDefault(args);

builder.Services.AddConsolePages();
builder.Services.AddCascadingAuthenticationState();
builder.Services.AddAuthenticationStateDeserialization();
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton(_ => GrpcChannel.ForAddress(builder.HostEnvironment.BaseAddress, new GrpcChannelOptions
{
    HttpHandler = new GrpcWebHandler(new HttpClientHandler()),
    MaxReceiveMessageSize = 32 * 1024 * 1024,
}));
builder.Services.AddSingleton<GrpcWebApi>();
builder.Services.AddSingleton<IFleetApi>(services => services.GetRequiredService<GrpcWebApi>());
builder.Services.AddSingleton<ILatencyApi>(services => services.GetRequiredService<GrpcWebApi>());
builder.Services.AddSingleton<IFindingsApi>(services => services.GetRequiredService<GrpcWebApi>());
builder.Services.AddSingleton<ICapturesApi>(services => services.GetRequiredService<GrpcWebApi>());
builder.Services.AddSingleton<IProfilesApi>(services => services.GetRequiredService<GrpcWebApi>());
builder.Services.AddSingleton<ICaptureRulesApi>(services => services.GetRequiredService<GrpcWebApi>());
builder.Services.AddSingleton<IAuditApi>(services => services.GetRequiredService<GrpcWebApi>());
builder.Services.AddSingleton<IControlApi>(services => services.GetRequiredService<GrpcWebApi>());
builder.Services.AddSingleton<IRolloutsApi>(services => services.GetRequiredService<GrpcWebApi>());
builder.Services.AddSingleton<IDeploysApi>(services => services.GetRequiredService<GrpcWebApi>());

await builder.Build().RunAsync();
