using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using FleetConsole.Analysis.Lockup;
using FleetConsole.Server.Sources.GitRpc.Wire;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Sources.GitRpc;

/// <summary>Calls Git RPC servers. Every call has a deadline and a fresh token.</summary>
internal sealed class GitRpcServers(IOptions<GitRpcOptions> options, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<Uri, GrpcChannel> _channels = new();

    /// <summary>One health check.</summary>
    public async Task<HealthAnswer> CheckHealthAsync(Uri address, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        try
        {
            var client = new Health.HealthClient(Channel(address));
            var answer = await client.CheckAsync(new HealthCheckRequest(), await CallAsync(cancellationToken));
            var serving = answer.Status == HealthCheckResponse.Types.ServingStatus.Serving;
            return new(true, ReplyKind.Answered, serving, time.GetElapsedTime(started), serving ? "" : $"It answers {answer.Status}.");
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            return new(false, Kind(e), false, time.GetElapsedTime(started), Explain(address, e));
        }
    }

    /// <summary>ServerInfo: version, git version and storages. It makes the server fork and write a test file.</summary>
    public async Task<ProbeAnswer<ServerInfoResponse>> AskServerInfoAsync(Uri address, CancellationToken cancellationToken) =>
        await ProbeAsync(address, async () =>
            await new ServerService.ServerServiceClient(Channel(address))
                .ServerInfoAsync(new ServerInfoRequest(), await CallAsync(cancellationToken)), cancellationToken);

    /// <summary>RefExists on the configured repository: the probe that forks. Null when none is configured.</summary>
    public async Task<ProbeAnswer<RefExistsResponse>?> AskRefExistsAsync(Uri address, CancellationToken cancellationToken)
    {
        var set = options.Value;
        if (set.ProbeStorage.Length == 0 || set.ProbeRepository.Length == 0)
            return null;
        var request = new RefExistsRequest
        {
            Repository = new Repository { StorageName = set.ProbeStorage, RelativePath = set.ProbeRepository },
            Ref = ByteString.CopyFromUtf8(set.ProbeRef),
        };
        return await ProbeAsync(address, async () =>
            await new RefService.RefServiceClient(Channel(address))
                .RefExistsAsync(request, await CallAsync(cancellationToken)), cancellationToken);
    }

    public void Dispose()
    {
        foreach (var channel in _channels.Values)
            channel.Dispose();
    }

    private async Task<ProbeAnswer<T>> ProbeAsync<T>(Uri address, Func<Task<T>> call, CancellationToken cancellationToken)
        where T : class
    {
        var started = time.GetTimestamp();
        try
        {
            var answer = await call();
            return new(answer, ReplyKind.Answered, time.GetElapsedTime(started), "", time.GetUtcNow());
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            return new(null, Kind(e), time.GetElapsedTime(started), Explain(address, e), time.GetUtcNow());
        }
    }

    private async Task<CallOptions> CallAsync(CancellationToken cancellationToken)
    {
        var headers = new Metadata();
        if (options.Value.SecretFile.Length > 0)
        {
            // Read each time: the secret can be rotated without restarting the console.
            headers.Add("authorization", GitRpcToken.Bearer(await SecretAsync(cancellationToken), time.GetUtcNow()));
        }

        return new(headers, (time.GetUtcNow() + TimeSpan.FromSeconds(options.Value.DeadlineSeconds)).UtcDateTime, cancellationToken);
    }

    // A secret that cannot be read is as good as none: the call fails, and says so like any other.
    private async Task<byte[]> SecretAsync(CancellationToken cancellationToken)
    {
        try
        {
            return Encoding.UTF8.GetBytes((await File.ReadAllTextAsync(options.Value.SecretFile, cancellationToken)).TrimEnd());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RpcException(new Status(StatusCode.FailedPrecondition, $"GitRpc:SecretFile cannot be read: {e.Message}", e));
        }
    }

    private GrpcChannel Channel(Uri address) => _channels.GetOrAdd(address, uri => GrpcChannel.ForAddress(uri, new GrpcChannelOptions
    {
        MaxReceiveMessageSize = 1024 * 1024,
        HttpHandler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(options.Value.DeadlineSeconds),
            // Without pings a host that vanished without a word holds its connection open.
            KeepAlivePingDelay = TimeSpan.FromSeconds(20),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
        },
    }));

    private string Explain(Uri address, RpcException e) => e.StatusCode switch
    {
        StatusCode.DeadlineExceeded => $"{address.Authority} did not answer within {options.Value.DeadlineSeconds} s.",
        StatusCode.Unavailable => $"{address.Authority} cannot be reached ({Innermost(e)}). Check that the server runs.",
        StatusCode.Unauthenticated => $"{address.Authority} wants a token. Set GitRpc:SecretFile.",
        StatusCode.PermissionDenied => $"{address.Authority} refuses the token. Compare GitRpc:SecretFile with the server's secret, and the clocks (30 s at most).",
        StatusCode.FailedPrecondition when e.Status.DebugException is IOException or UnauthorizedAccessException => e.Status.Detail,
        _ => $"{address.Authority} answered {e.StatusCode}: {e.Status.Detail}",
    };

    // A connection that nobody accepts is silence too: ConnectTimeout and the call's deadline are the same few seconds.
    private static ReplyKind Kind(RpcException e) => e.StatusCode switch
    {
        StatusCode.DeadlineExceeded => ReplyKind.TimedOut,
        StatusCode.Unavailable when Cause(e) is SocketException { SocketErrorCode: SocketError.ConnectionRefused } => ReplyKind.Refused,
        StatusCode.Unavailable when Cause(e) is TimeoutException or OperationCanceledException or SocketException { SocketErrorCode: SocketError.TimedOut } => ReplyKind.TimedOut,
        StatusCode.Unavailable or StatusCode.FailedPrecondition => ReplyKind.Failed,

        // It said something, if only that it does not like the question.
        _ => ReplyKind.Answered,
    };

    private static string Innermost(RpcException e) => Cause(e)?.Message ?? e.Status.Detail;

    private static Exception? Cause(RpcException e)
    {
        var cause = e.Status.DebugException;
        while (cause?.InnerException is not null)
            cause = cause.InnerException;
        return cause;
    }
}

/// <summary>A health check's result. <paramref name="Message"/> is empty when it serves.</summary>
/// <param name="Answered">The check itself was answered; a token that is refused is a reply, and no answer.</param>
/// <param name="Reply">How the call ended.</param>
internal sealed record HealthAnswer(bool Answered, ReplyKind Reply, bool Serving, TimeSpan Took, string Message);

/// <summary>A probe's result: an answer, or a message that says why there is none.</summary>
internal sealed record ProbeAnswer<T>(T? Answer, ReplyKind Reply, TimeSpan Took, string Message, DateTimeOffset At)
    where T : class;
