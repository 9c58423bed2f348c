using System.Globalization;
using FleetConsole.Contracts.Agent.V1;
using Grpc.Core;

namespace FleetConsole.Agent.Commands;

/// <summary>The unit's pprof listener. Its failures come out as one type that knows the gRPC status it means.</summary>
internal sealed class PprofClient : IDisposable
{
    private const int LongestWords = 300;

    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        // The next profile may be of another process behind the same port.
        PooledConnectionLifetime = TimeSpan.Zero,
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>The profile's bytes as they come. For a CPU profile pprof answers when it has been taken.</summary>
    /// <exception cref="ProfileException">pprof refused it or did not answer.</exception>
    public async Task<HttpResponseMessage> OpenAsync(Uri pprof, ProfileKind kind, int seconds, CancellationToken cancel)
    {
        HttpResponseMessage response;
        try
        {
            response = await http.GetAsync(Address(pprof, kind, seconds), HttpCompletionOption.ResponseHeadersRead, cancel);
        }
        catch (HttpRequestException e)
        {
            throw new ProfileException(StatusCode.Unavailable, $"pprof at {pprof} did not answer: {e.Message}", e);
        }

        if (response.IsSuccessStatusCode)
            return response;
        using (response)
        {
            var words = await WordsAsync(response, cancel);
            throw response.StatusCode == System.Net.HttpStatusCode.InternalServerError
                ? new ProfileException(StatusCode.FailedPrecondition, $"pprof refused the profile: {words}")
                : new ProfileException(StatusCode.Unavailable, $"pprof at {pprof} answered HTTP {(int)response.StatusCode}: {words}");
        }
    }

    public void Dispose() => http.Dispose();

    private static Uri Address(Uri pprof, ProfileKind kind, int seconds) => new(pprof, kind switch
    {
        ProfileKind.Cpu => string.Create(CultureInfo.InvariantCulture, $"/debug/pprof/profile?seconds={seconds}"),
        ProfileKind.Heap => "/debug/pprof/heap",
        ProfileKind.Goroutine => "/debug/pprof/goroutine?debug=2",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    });

    private static async Task<string> WordsAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancel);
            var buffer = new byte[LongestWords];
            var length = await body.ReadAtLeastAsync(buffer, LongestWords, throwOnEndOfStream: false, cancel);
            var words = System.Text.Encoding.UTF8.GetString(buffer, 0, length).Trim();
            return string.Concat(words.Select(c => char.IsControl(c) ? ' ' : c));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return $"(no words: {e.Message})";
        }
    }
}

/// <summary>Why a profile did not come about, as the caller is told.</summary>
internal sealed class ProfileException(StatusCode code, string message, Exception? cause = null) : Exception(message, cause)
{
    public StatusCode Code => code;
}
