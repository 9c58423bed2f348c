namespace FleetConsole.Server.Backtest;

/// <summary>A file of a backtest folder that does not hold what it should; the message names file and line.</summary>
internal sealed class BacktestFormatException : Exception
{
    public BacktestFormatException(string file, int line, string problem)
        : base($"{file}:{line}: {problem}")
    {
    }

    public BacktestFormatException(string file, int line, string problem, Exception inner)
        : base($"{file}:{line}: {problem}", inner)
    {
    }
}
