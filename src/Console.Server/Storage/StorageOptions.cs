using System.ComponentModel.DataAnnotations;

namespace FleetConsole.Server.Storage;

/// <summary>Where the console keeps what must survive it.</summary>
internal sealed class StorageOptions : IValidatableObject
{
    public const string Section = "Storage";

    /// <summary>Folder of the database, the captures and the keys of the sign-in cookies.</summary>
    [Required]
    public string Folder { get; set; } = "data";

    /// <summary>Largest profile that is stored, in MiB.</summary>
    [Range(1, 4096)]
    public int MaxCaptureMegabytes { get; set; } = 256;

    /// <summary>No capture is stored while the folder's disk has less left than this, in MiB.</summary>
    [Range(0, 100_000_000)]
    public int KeepFreeMegabytes { get; set; } = 1024;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (WhyNot() is { } problem)
            yield return new($"Storage:Folder \"{Folder}\" cannot be used: {problem}");
    }

    private string? WhyNot()
    {
        try
        {
            Directory.CreateDirectory(Folder);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return e.Message;
        }
    }
}
