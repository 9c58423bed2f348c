using System.Diagnostics;

namespace FleetConsole.DemoFleet;

/// <summary>Runs a program to its end.</summary>
internal static class Shell
{
    /// <param name="input">Written to its standard input; null: it has none.</param>
    /// <exception cref="DemoException">It could not be started or ended with another code than 0.</exception>
    public static void Run(string program, IReadOnlyList<string> arguments, string? input)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        try
        {
            using var process = Process.Start(start) ?? throw new DemoException($"{program} did not start.");
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEndAsync();
            process.StandardInput.Write(input);
            process.StandardInput.Close();
            process.WaitForExit();
            if (process.ExitCode != 0)
                throw new DemoException($"{program} {string.Join(' ', arguments.Take(3))} ended with {process.ExitCode}: {error.GetAwaiter().GetResult().Trim()}");
            output.GetAwaiter().GetResult();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new DemoException($"{program} cannot be run: {e.Message}.");
        }
    }
}
