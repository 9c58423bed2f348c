namespace FleetConsole.Server.Sources;

/// <summary>What the latency of replaced processes says at equal age.</summary>
/// <param name="Enough">Whether there was enough of it to say anything.</param>
/// <param name="Worse">What is worse, one sentence; empty when nothing is.</param>
/// <param name="WhyNot">Why nothing could be said although there may be enough; empty otherwise.</param>
internal sealed record EqualAgeWord(bool Enough, string Worse, string WhyNot = "");

/// <summary>Tells whether new processes are slower than the ones they replaced were at the same age.</summary>
internal interface IEqualAgeJudge
{
    /// <summary>The age that new processes have to reach, at least, before anything can be said.</summary>
    TimeSpan LeastAge { get; }

    /// <param name="startedAt">Start of each host's new process, Unix seconds.</param>
    Task<EqualAgeWord> JudgeAsync(IReadOnlyDictionary<string, double> startedAt, CancellationToken cancellationToken);
}
