using FleetConsole.Server.Tests.Harness;
using Microsoft.Data.Sqlite;

namespace FleetConsole.Server.Tests.Features.Control;

/// <summary>What the <c>audit verify</c> command finds when somebody writes into the database.</summary>
public sealed class AuditChainTests(Programs programs) : IAsyncLifetime
{
    private readonly ConsoleProcess _console = new(programs, "http://127.0.0.1:9");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _console.StartAsync();
        foreach (var _ in Enumerable.Range(0, 3))
            await _console.SignInAsync("viewer");
        await _console.Run.KillAsync();
    }

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Fact]
    public async Task An_untouched_trail_is_unbroken_and_is_exported_line_by_line()
    {
        var verified = await _console.CommandAsync(["audit", "verify"]);
        Assert.True(verified.ExitCode == 0, verified.Output);
        Assert.Contains("3 rows, unbroken.", verified.Output, StringComparison.Ordinal);

        var exported = await _console.CommandAsync(["audit", "export"]);
        var lines = exported.Output.Split('\n').Where(line => line.StartsWith('{')).ToList();
        Assert.Equal(3, lines.Count);
        Assert.All(lines, line => Assert.Contains("\"action\":\"sign-in\"", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("UPDATE Audit SET User = 'somebody' WHERE Id = 2", "row 2 is not what was written")]
    [InlineData("UPDATE Audit SET Detail = Outcome, Outcome = Detail WHERE Id = 2", "row 2 is not what was written")]
    [InlineData("DELETE FROM Audit WHERE Id = 2", "row 2 is missing")]
    [InlineData("DELETE FROM Audit WHERE Id = 3", "rows 3 to 3 are missing at the end")]
    [InlineData("DELETE FROM Audit WHERE Id = 1", "row 1 is missing")]
    public async Task A_row_that_was_changed_or_is_missing_is_named(string sql, string message)
    {
        await using (var db = new SqliteConnection($"Data Source={Path.Combine(_console.Data, "console.db")}"))
        {
            await db.OpenAsync(Cancel);
            await using var command = db.CreateCommand();
            command.CommandText = sql;
            Assert.Equal(1, await command.ExecuteNonQueryAsync(Cancel));
        }

        var verified = await _console.CommandAsync(["audit", "verify"]);

        Assert.Equal(1, verified.ExitCode);
        Assert.Contains(message, verified.Output, StringComparison.Ordinal);
    }
}
