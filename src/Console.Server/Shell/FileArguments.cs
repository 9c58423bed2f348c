namespace FleetConsole.Server.Shell;

/// <summary>The command line of <c>profile</c> and <c>dump</c>: one file, its options in any order.</summary>
/// <param name="File">A path, or <c>-</c> for standard input.</param>
/// <param name="Other">The file to compare with; null for none.</param>
/// <param name="Type">The kind of value; null for the file's own choice.</param>
/// <param name="Basis">By what is compared, <c>total</c> or <c>duration</c>.</param>
internal sealed record FileArguments(string File, string? Other, string? Type, string Basis, bool Json)
{
    private const string StandardInput = "-";

    /// <returns>Null for a wrong command line.</returns>
    public static FileArguments? Parse(ReadOnlySpan<string> args, bool isProfile)
    {
        var parsed = new FileArguments("", null, null, "total", false);
        for (var i = 0; i < args.Length; i++)
        {
            var hasValue = i + 1 < args.Length;
            switch (args[i])
            {
                case "--json":
                    parsed = parsed with { Json = true };
                    break;
                case "--diff" when hasValue:
                    parsed = parsed with { Other = args[++i] };
                    break;
                case "--type" when hasValue && isProfile:
                    parsed = parsed with { Type = args[++i] };
                    break;
                case "--by" when hasValue && isProfile && args[i + 1] is "total" or "duration":
                    parsed = parsed with { Basis = args[++i] };
                    break;
                case var file when parsed.File.Length == 0 && (file == StandardInput || !file.StartsWith('-')):
                    parsed = parsed with { File = file };
                    break;
                default:
                    return null;
            }
        }

        return parsed.File.Length == 0 || (parsed.File == StandardInput && parsed.Other == StandardInput) ? null : parsed;
    }

    /// <summary>Opens a file for reading; the caller disposes it.</summary>
    public static Stream Open(string file, Stream input) => file == StandardInput ? input : System.IO.File.OpenRead(file);

    /// <summary>How a message names a file.</summary>
    public static string NameOf(string file) => file == StandardInput ? "standard input" : file;
}
