namespace FleetConsole.EndToEnd.Tests;

/// <summary>The content security policy, as a browser enforces it; that no page needs more is held by every test that opens one.</summary>
public sealed class SecurityPolicyTests(LiveFleet fleet)
{
    [Fact]
    public async Task A_script_that_is_not_the_consoles_does_not_run()
    {
        fleet.Require();
        var page = await fleet.OpenAsync("/account/sign-in", "dark");

        // As markup that got into a page would: a script element without the page's number.
        await page.EvaluateAsync("() => { const script = document.createElement('script'); script.textContent = 'window.strange = true'; document.body.append(script); }");

        Assert.False(await page.EvaluateAsync<bool>("() => window.strange === true"));
        Assert.Contains(fleet.PolicyViolations, violation => violation.Contains("script", StringComparison.Ordinal));
        fleet.PolicyViolations.Clear();
    }

    [Fact]
    public void What_every_browser_is_given_holds_no_server_and_no_secret()
    {
        fleet.Require();
        var root = Path.Combine(Repository.Artifacts, "server", "wwwroot");
        var files = Directory.GetFiles(root, "*", SearchOption.AllDirectories);
        Assert.Contains(files, file => Path.GetFileName(file).StartsWith("Console.Client.", StringComparison.Ordinal));
        string[] serversOwn = ["Console.Server.", "Console.Agent.", "Microsoft.EntityFrameworkCore", "Microsoft.AspNetCore.Identity", "Microsoft.Data.Sqlite", "SQLitePCL", "Grpc.AspNetCore.Server"];
        Assert.DoesNotContain(files, file => Path.GetExtension(file) is ".wasm" or ".dll" && Array.Exists(serversOwn, name => Path.GetFileName(file).StartsWith(name, StringComparison.Ordinal)));
        Assert.DoesNotContain(files, file => Path.GetFileName(file).StartsWith("appsettings", StringComparison.Ordinal) || Path.GetExtension(file) is ".pem" or ".key" or ".crt" or ".pfx" or ".db" or ".pdb");

        // The demo's own secrets: passwords, the servers' token, private keys.
        var secrets = Directory.GetFiles(fleet.Demo.Data, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true })
            .Where(file => Path.GetExtension(file) == ".key" || Path.GetFileName(file).Contains("secret", StringComparison.OrdinalIgnoreCase))
            .Select(file => File.ReadAllText(file).Trim()).Concat(new[] { "viewer", "operator", "admin" }.Select(fleet.PasswordOf)).Where(secret => secret.Length > 0).ToList();
        Assert.True(secrets.Count >= 5, $"{secrets.Count} secrets");
        foreach (var file in files.Where(file => Path.GetExtension(file) is not (".br" or ".gz")))
        {
            var given = File.ReadAllBytes(file);
            Assert.DoesNotContain(secrets, secret => given.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(secret)) >= 0 || given.AsSpan().IndexOf(System.Text.Encoding.Unicode.GetBytes(secret)) >= 0);
        }
    }
}
