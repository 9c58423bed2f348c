namespace FleetConsole.Server.Tests.Harness;

/// <summary>A folder of its own, gone with the test.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("console-test-").FullName;

    public string At(params string[] parts) => System.IO.Path.Join([Path, .. parts]);

    public string Write(string name, string content)
    {
        File.WriteAllText(At(name), content);
        return At(name);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
