using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Hosting;

/// <summary>Options that are checked before anything starts, each problem under the key that has to be changed.</summary>
internal static class CheckedOptions
{
    public static void AddChecked<T>(this IServiceCollection services, IConfiguration configuration, string section)
        where T : class
    {
        services.AddOptions<T>().Configure(options => Bind(configuration.GetSection(section), options)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<T>>(new Annotations<T>(section));
    }

    private static void Bind<T>(IConfigurationSection section, T options)
        where T : class
    {
        const BindingFlags Settings = BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase;
        var unknown = section.GetChildren().Where(child => typeof(T).GetProperty(child.Key, Settings) is null).ToList();
        if (unknown.Count > 0)
            throw new OptionsValidationException(section.Path, typeof(T), unknown.Select(child => $"{child.Path} is not a setting."));
        try
        {
            section.Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException e)
        {
            // The binder's word for an unknown key further down, and for a value that is not of the setting's type.
            throw new OptionsValidationException(section.Path, typeof(T), [$"{section.Path}: {e.Message}"]);
        }
    }

    private sealed class Annotations<T>(string section) : IValidateOptions<T>
        where T : class
    {
        public ValidateOptionsResult Validate(string? name, T options)
        {
            var problems = new List<ValidationResult>();
            return Validator.TryValidateObject(options, new ValidationContext(options), problems, validateAllProperties: true)
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail(problems.Select(Describe));
        }

        private string Describe(ValidationResult problem) =>
            problem.ErrorMessage is { } message && message.StartsWith($"{section}:", StringComparison.Ordinal)
                ? message
                : $"{section}:{string.Join(", ", problem.MemberNames)}: {problem.ErrorMessage}";
    }
}
