using FleetConsole.Server.Tests.Harness;

namespace FleetConsole.Server.Tests.Features.Control;

/// <summary>A console's folder after three people have signed in and it was killed.</summary>
public sealed class WrittenTrail(Programs programs) : IAsyncLifetime
{
    private readonly ConsoleProcess _console = new(programs, "http://127.0.0.1:9");

    internal string Folder => _console.Data;

    public async ValueTask InitializeAsync()
    {
        await _console.StartAsync();
        foreach (var _ in Enumerable.Range(0, 3))
            await _console.SignInAsync("viewer");
        await _console.Run.KillAsync();
    }

    public ValueTask DisposeAsync() => _console.DisposeAsync();
}

/// <summary>What the <c>audit verify</c> command finds when somebody writes into the database.</summary>
public sealed class AuditChainTests(WrittenTrail trail, Programs programs) : IClassFixture<WrittenTrail>, IAsyncLifetime
{
    private readonly ConsoleProcess _console = new(programs, "http://127.0.0.1:9");

    public ValueTask InitializeAsync()
    {
        foreach (var file in Directory.GetFiles(trail.Folder))
            File.Copy(file, Path.Combine(_console.Data, Path.GetFileName(file)), overwrite: true);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Fact]
    public async Task An_untouched_trail_is_unbroken_and_is_exported_line_by_line()
    {
        var verified = await _console.CommandAsync(["audit", "verify"]);
        Assert.True(verified.ExitCode == 0, verified.Output);
        Assert.Contains("6 rows, unbroken.", verified.Output, StringComparison.Ordinal);

        var exported = await _console.CommandAsync(["audit", "export"]);
        var lines = exported.Output.Split('\n').Where(line => line.StartsWith('{')).ToList();
        Assert.Equal(6, lines.Count);
        Assert.All(lines[..3], line => Assert.Contains("\"action\":\"add-user\"", line, StringComparison.Ordinal));
        Assert.All(lines[3..], line => Assert.Contains("\"action\":\"sign-in\"", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("UPDATE Audit SET User = 'somebody' WHERE Id = 2", "row 2 is not what was written")]
    [InlineData("UPDATE Audit SET Detail = Outcome, Outcome = Detail WHERE Id = 2", "row 2 is not what was written")]
    [InlineData("DELETE FROM Audit WHERE Id = 2", "row 2 is missing")]
    [InlineData("DELETE FROM Audit WHERE Id = 6", "rows 6 to 6 are missing at the end")]
    [InlineData("DELETE FROM Audit WHERE Id = 1", "row 1 is missing")]
    public async Task A_row_that_was_changed_or_is_missing_is_named(string sql, string message)
    {
        Assert.Equal(1, await _console.ExecuteSqlAsync(sql));

        var verified = await _console.CommandAsync(["audit", "verify"]);

        Assert.Equal(1, verified.ExitCode);
        Assert.Contains(message, verified.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DELETE FROM Audit WHERE Id > 4", 2, "rows 5 to 6 are missing")]
    [InlineData("UPDATE Audit SET User = 'somebody', Hash = '' WHERE Id = 5", 1, "row 5 is not what was written")]
    [InlineData("UPDATE Audit SET Hash = 'forged' WHERE Id = 6", 1, "row 6 is not what was written")]
    public async Task What_is_written_afterwards_does_not_heal_it(string sql, int rows, string message)
    {
        Assert.Equal(rows, await _console.ExecuteSqlAsync(sql));
        _console.ExpectedErrors.Add("The audit trail is broken");
        await _console.StartAsync();
        await _console.SignInAsync("viewer");
        await _console.SignInAsync("viewer");
        await _console.Run.KillAsync();

        var verified = await _console.CommandAsync(["audit", "verify"]);

        Assert.Equal(1, verified.ExitCode);
        Assert.Contains(message, verified.Output, StringComparison.Ordinal);
    }
}
