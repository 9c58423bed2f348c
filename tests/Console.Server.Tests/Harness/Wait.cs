namespace FleetConsole.Server.Tests.Harness;

internal static class Wait
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>Looks until the condition holds; fails by naming it.</summary>
    public static async Task UntilAsync(string what, Func<Task<bool>> condition)
    {
        var start = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Deadline)
                Assert.Fail($"Within {Deadline.TotalSeconds} s it never came to this: {what}.");
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    public static Task UntilAsync(string what, Func<bool> condition) => UntilAsync(what, () => Task.FromResult(condition()));

    /// <summary>Asks until the answer is as it must be, and returns that answer.</summary>
    public static async Task<T> ForAsync<T>(string what, Func<Task<T>> ask, Func<T, bool> accept)
        where T : class
    {
        T? last = null;
        await UntilAsync(what, async () => accept(last = await ask()));
        return last ?? throw new InvalidOperationException(what);
    }
}
