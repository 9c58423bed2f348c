namespace FleetConsole.Analysis.Profiling;

/// <summary>Parts of a Go function's name.</summary>
public static class FunctionName
{
    private const string Vendor = "/vendor/";

    /// <summary>
    /// The package, as in <c>net/http</c> of <c>net/http.(*conn).serve</c>; a vendored package under its own name. Empty for what is no Go name, such as a kernel's
    /// or C's function.
    /// </summary>
    public static string PackageOf(string name)
    {
        // A type parameter may hold paths: pkg.F[go.shape.struct { example.org/x.T }].
        var plain = name.AsSpan();
        if (plain.IndexOf('[') is >= 0 and var bracket)
            plain = plain[..bracket];
        var slash = plain.LastIndexOf('/');
        var dot = plain[(slash + 1)..].IndexOf('.');
        if (dot <= 0 || plain.Contains("::", StringComparison.Ordinal))
            return "";
        var package = plain[..(slash + 1 + dot)];
        var vendor = package.LastIndexOf(Vendor, StringComparison.Ordinal);
        return (vendor < 0 ? package : package[(vendor + Vendor.Length)..]).ToString();
    }

    /// <summary>The name without the path of its package: <c>http.(*conn).serve</c>.</summary>
    public static string WithoutPath(string name)
    {
        var end = name.AsSpan().IndexOfAny('[', '(');
        var slash = (end < 0 ? name.AsSpan() : name.AsSpan(0, end)).LastIndexOf('/');
        return name[(slash + 1)..];
    }
}
