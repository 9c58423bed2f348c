using FleetConsole.Analysis.Profiling;

namespace FleetConsole.Server.Shell;

/// <summary>
/// <c>Console.Server profile FILE</c>: the top table of a profile, outside of any server. With <c>--diff</c> the table of what changed between two.
/// </summary>
internal static class ProfileCommand
{
    private const string Usage = "Usage: Console.Server profile FILE|- [--type TYPE] [--diff NEWER-FILE [--by total|duration]] [--json]";

    public static bool Is(string[] args) => args is ["profile", ..];

    /// <returns>0 when the table was printed, 1 when a file cannot be read or compared, 2 for a wrong command line.</returns>
    public static int Run(string[] args, Stream input, TextWriter output, TextWriter error)
    {
        if (FileArguments.Parse(args.AsSpan(1), isProfile: true) is not { } arguments)
        {
            error.WriteLine(Usage);
            return 2;
        }

        try
        {
            var tree = Read(arguments.File, arguments.Type, input);
            if (arguments.Other is { } newer)
                Compare(tree, Read(newer, arguments.Type, input), arguments, output);
            else
                Print(tree, arguments.Json, output);
            return 0;
        }
        catch (Exception e) when (e is UnreadableFileException or IOException or UnauthorizedAccessException)
        {
            error.WriteLine(e.Message.ReplaceLineEndings(" "));
            return 1;
        }
    }

    private static ReadProfile Read(string file, string? type, Stream input)
    {
        var name = FileArguments.NameOf(file);
        try
        {
            using var stream = FileArguments.Open(file, input);
            var profile = PprofReader.Read(stream);
            var index = profile.FindSampleType(type);
            if (index < 0)
                throw new UnreadableFileException($"{name} has no values of the type {type}. It has {string.Join(", ", profile.SampleTypes.Select(known => known.Type))}.");
            return new(name, profile, FlameTree.Of(profile, new FlameOptions { SampleType = index }));
        }
        catch (PprofFormatException e)
        {
            throw new UnreadableFileException(
                $"{name} cannot be read as a profile. {e.Message}. Compare its size with the original's, or take it again; a goroutine dump is read by: Console.Server dump {file}", e);
        }
    }

    private static void Print(ReadProfile read, bool json, TextWriter output)
    {
        if (json)
            output.WriteLine(ProfileJson.Of(read));
        else
            ProfileText.Write(read, output);
    }

    private static void Compare(ReadProfile older, ReadProfile newer, FileArguments arguments, TextWriter output)
    {
        if (older.Tree.Type != newer.Tree.Type)
            throw new UnreadableFileException($"{older.Name} has {older.Tree.Type.Type} in {older.Tree.Type.Unit}, {newer.Name} {newer.Tree.Type.Type} in {newer.Tree.Type.Unit}: choose a common one by --type.");
        var weights = arguments.Basis == "total"
            ? DiffWeights.ByTotal(older.Tree, newer.Tree)
            : DiffWeights.ByDuration(older.Tree, older.Profile.DurationNanoseconds, newer.Tree, newer.Profile.DurationNanoseconds)
                ?? throw new UnreadableFileException($"{older.Name} or {newer.Name} does not say how long it took: compare them by total.");
        if (arguments.Json)
            output.WriteLine(ProfileJson.Of(older, newer, weights));
        else
            ProfileText.Write(older, newer, weights, output);
    }
}

/// <summary>A profile and its tree, by the name under which it was given.</summary>
internal sealed record ReadProfile(string Name, PprofProfile Profile, FlameTree Tree);
