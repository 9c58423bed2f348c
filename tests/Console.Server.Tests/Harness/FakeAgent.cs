using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using FleetConsole.Contracts.Agent.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace FleetConsole.Server.Tests.Harness;

/// <summary>
/// A host agent behind mutual TLS that keeps a journal: a command id is acted on once, whoever asks how often. What the
/// act is, the test says.
/// </summary>
internal sealed class FakeAgent : Contracts.Agent.V1.Agent.AgentBase, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Task<CommandOutcome>>> _journal = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<Task<(byte[] Data, DumpTrailer Trailer)>>> _dumps = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _void = new(StringComparer.Ordinal);
    private readonly X509Certificate2 _certificate;
    private WebApplication? _app;

    private FakeAgent(X509Certificate2 certificate) => _certificate = certificate;

    public string Url => _app?.Urls.Single() ?? throw new InvalidOperationException("Not started.");

    /// <summary>Every restart and profile call that arrived, also those that were only told what had been done before.</summary>
    public ConcurrentQueue<RestartRequest> RestartCalls { get; } = [];

    public ConcurrentQueue<ProfileRequest> ProfileCalls { get; } = [];

    public ConcurrentQueue<string> CommandsAsked { get; } = [];

    /// <summary>The commands that were carried out.</summary>
    public ConcurrentQueue<string> Acted { get; } = [];

    public Func<RestartRequest, Task<CommandOutcome>> Restarts { get; set; } = _ => Task.FromResult(Succeeded(1_700_000_000));

    public Func<ProfileRequest, IServerStreamWriter<ProfileChunk>, Task> Profiles { get; set; } = (_, _) => Task.CompletedTask;

    public ConcurrentQueue<DumpRequest> DumpCalls { get; } = [];

    /// <summary>What a dump holds, and how it went; null: one line, whole.</summary>
    public Func<DumpRequest, Task<(byte[] Data, DumpTrailer Trailer)>> Dumps { get; set; } = request => Task.FromResult((
        "goroutine 1 [running]:\n"u8.ToArray(),
        new DumpTrailer { Outcome = new() { CommandId = request.CommandId, State = CommandState.Succeeded, Message = "taken" }, Wholeness = Wholeness.Whole, Goroutines = 1 }));

    /// <summary>Breaks the connection of the next dump call after its header.</summary>
    public bool DropNextDump { get; set; }

    /// <summary>Ends the next dump call without its trailer.</summary>
    public bool CutNextDump { get; set; }

    /// <summary>Breaks the connection of the next restart call as soon as the command is in the journal.</summary>
    public bool DropNextRestart { get; set; }

    /// <summary>Breaks the connection of the next restart call before anything is written down.</summary>
    public bool LoseNextRestart { get; set; }

    /// <summary>Breaks the connection of the next restart call, whose order arrives when this is done.</summary>
    public Task? DelayNextRestart { get; set; }

    /// <summary>It is an agent of before: asked to make a command void it only says that it never saw it.</summary>
    public bool MakesNothingVoid { get; set; }

    /// <summary>Commands that were never given, and that it refuses from now on.</summary>
    public ICollection<string> Void => _void.Keys;

    /// <summary>Orders that came after that.</summary>
    public ConcurrentQueue<string> Refused { get; } = [];

    public static async Task<FakeAgent> StartAsync(TestAuthority authority, X509Certificate2? certificate = null)
    {
        var fake = new FakeAgent(certificate ?? authority.IssueServer());
        fake._app = await FakeServer.StartAsync(
            listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                listen.UseHttps(fake._certificate, https =>
                {
                    https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                    https.ClientCertificateValidation = (client, _, _) => client.Issuer == authority.Root.Subject;
                });
            },
            services =>
            {
                services.AddGrpc();
                services.AddSingleton(fake);
            },
            app => app.MapGrpcService<FakeAgent>());
        return fake;
    }

    public static CommandOutcome Succeeded(double newStart) => new()
    {
        State = CommandState.Succeeded,
        Message = "The unit was restarted.",
        PidBefore = 100,
        PidAfter = 200,
        ProcessStartedAtAfter = DateTimeOffset.FromUnixTimeMilliseconds((long)(newStart * 1000)).ToTimestamp(),
    };

    public static async Task SendAsync(IServerStreamWriter<ProfileChunk> to, byte[] profile, double processStart)
    {
        var header = new ProfileHeader { MainPid = 100, ProcessStartedAt = DateTimeOffset.FromUnixTimeMilliseconds((long)(processStart * 1000)).ToTimestamp() };
        await to.WriteAsync(new() { Header = header });
        foreach (var chunk in profile.Chunk(64 * 1024))
            await to.WriteAsync(new() { Data = ByteString.CopyFrom(chunk) });
    }

    public override Task<UnitStatus> GetStatus(GetStatusRequest request, ServerCallContext context) =>
        Task.FromResult(new UnitStatus { Unit = request.Unit, State = UnitState.Active, Supervisor = Supervisor.Systemd, MainPid = 100, ProcessStartedAt = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000).ToTimestamp() });

    public override async Task<CommandOutcome> Restart(RestartRequest request, ServerCallContext context)
    {
        RestartCalls.Enqueue(request);
        if (LoseNextRestart)
        {
            LoseNextRestart = false;
            context.GetHttpContext().Abort();
            throw new RpcException(new Status(StatusCode.Unavailable, "lost"));
        }

        if (DelayNextRestart is { } arrival)
        {
            DelayNextRestart = null;
            context.GetHttpContext().Abort();
            await arrival;
        }

        if (_void.ContainsKey(request.CommandId))
        {
            Refused.Enqueue(request.CommandId);
            throw new RpcException(new Status(StatusCode.AlreadyExists, "void"));
        }

        var act = _journal.GetOrAdd(request.CommandId, id => new(() =>
        {
            Acted.Enqueue(id);
            return Restarts(request);
        }));
        if (DropNextRestart)
        {
            DropNextRestart = false;
            _ = act.Value;
            context.GetHttpContext().Abort();
        }

        return await act.Value;
    }

    public override async Task<CommandOutcome> Reload(ReloadRequest request, ServerCallContext context) => await _journal.GetOrAdd(request.CommandId, id => new(() =>
    {
        Acted.Enqueue(id);
        return Restarts(new() { CommandId = id, Unit = request.Unit, Reason = request.Reason, RequestedBy = request.RequestedBy });
    })).Value;

    public override async Task Dump(DumpRequest request, IServerStreamWriter<DumpChunk> responseStream, ServerCallContext context)
    {
        DumpCalls.Enqueue(request);
        var taken = _dumps.GetOrAdd(request.CommandId, id => new(() =>
        {
            Acted.Enqueue(id);
            return Dumps(request);
        }));
        _journal.GetOrAdd(request.CommandId, _ => new(async () => (await taken.Value).Trailer.Outcome));
        await responseStream.WriteAsync(new() { Header = new() { CommandId = request.CommandId, Rung = request.Rung, MainPid = 100, ProcessStartedAt = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000).ToTimestamp() } });
        if (DropNextDump)
        {
            DropNextDump = false;
            _ = taken.Value;
            context.GetHttpContext().Abort();
        }

        var (data, trailer) = await taken.Value;
        foreach (var chunk in data.Chunk(64 * 1024))
            await responseStream.WriteAsync(new() { Data = ByteString.CopyFrom(chunk) });
        if (CutNextDump)
            CutNextDump = false;
        else
            await responseStream.WriteAsync(new() { Trailer = trailer });
    }

    public override async Task Profile(ProfileRequest request, IServerStreamWriter<ProfileChunk> responseStream, ServerCallContext context)
    {
        ProfileCalls.Enqueue(request);
        await Profiles(request, responseStream);
    }

    public override async Task<CommandOutcome> GetCommand(GetCommandRequest request, ServerCallContext context)
    {
        CommandsAsked.Enqueue(request.CommandId);
        if (!_journal.TryGetValue(request.CommandId, out var act))
        {
            if (request.VoidIfUnknown && !MakesNothingVoid)
                _void[request.CommandId] = true;
            return new() { CommandId = request.CommandId, State = _void.ContainsKey(request.CommandId) ? CommandState.Void : CommandState.Unknown };
        }

        return act.Value.IsCompleted ? await act.Value : new() { CommandId = request.CommandId, State = CommandState.Running };
    }

    public async ValueTask DisposeAsync()
    {
        // The container disposes of its singletons, and this is one.
        if (Interlocked.Exchange(ref _app, null) is not { } app)
            return;
        await app.DisposeAsync();
        _certificate.Dispose();
    }
}
