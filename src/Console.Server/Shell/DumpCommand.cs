using FleetConsole.Analysis.Profiling;

namespace FleetConsole.Server.Shell;

/// <summary>
/// <c>Console.Server dump FILE</c>: what a goroutine dump says, outside of any server: the finding on the first line, then who waits for what, reasons, times, groups. With
/// <c>--diff</c> the groups that differ.
/// </summary>
internal static class DumpCommand
{
    private const string Usage = "Usage: Console.Server dump FILE|- [--diff NEWER-FILE] [--json]";

    public static bool Is(string[] args) => args is ["dump", ..];

    /// <returns>0 when the dump was printed, 1 when a file cannot be read, 2 for a wrong command line.</returns>
    public static int Run(string[] args, Stream input, TextWriter output, TextWriter error)
    {
        if (FileArguments.Parse(args.AsSpan(1), isProfile: false) is not { } arguments)
        {
            error.WriteLine(Usage);
            return 2;
        }

        try
        {
            var dump = Read(arguments.File, input);
            var newer = arguments.Other is null ? null : Read(arguments.Other, input);
            if (arguments.Json)
                output.WriteLine(newer is null ? DumpJson.Of(dump) : DumpJson.Of(dump, newer));
            else if (newer is null)
                DumpText.Write(dump, output);
            else
                DumpText.Write(dump, newer, output);
            return 0;
        }
        catch (Exception e) when (e is UnreadableFileException or IOException or UnauthorizedAccessException)
        {
            error.WriteLine(e.Message.ReplaceLineEndings(" "));
            return 1;
        }
    }

    private static GoroutineDump Read(string file, Stream input)
    {
        try
        {
            using var stream = FileArguments.Open(file, input);
            return GoroutineDumpReader.Read(stream);
        }
        catch (GoroutineDumpFormatException e)
        {
            throw new UnreadableFileException(
                $"{FileArguments.NameOf(file)} cannot be read as a goroutine dump. {e.Message}. Look whether the lines \"goroutine N [...]:\" are in it; a profile is read by: Console.Server profile {file}", e);
        }
    }
}
