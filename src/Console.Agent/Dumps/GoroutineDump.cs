using FleetConsole.Agent.Commands;
using FleetConsole.Agent.Configuration;
using FleetConsole.Agent.Supervisors;
using FleetConsole.Agent.Tools;
using FleetConsole.Contracts.Agent.V1;

namespace FleetConsole.Agent.Dumps;

/// <summary>All goroutines from pprof, as text.</summary>
internal sealed class GoroutineDump(PprofClient pprof, TimeProvider clock)
{
    // runtime/pprof gives up on a larger buffer (writeGoroutineStacks) and says nothing of it.
    private const long GoCutsAt = 64L * 1024 * 1024;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public async Task<DumpFindings> TakeAsync(UnitSettings unit, ProcessMark process, DumpFile dump, CancellationToken stopping)
    {
        var address = unit.PprofUrl ?? throw new ToolException($"Unit {unit.Name} has no PprofUrl.");
        using var deadline = new CancellationTokenSource(Deadline, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
        try
        {
            using var response = await pprof.OpenAsync(address, ProfileKind.Goroutine, 0, either.Token);
            await using var body = await response.Content.ReadAsStreamAsync(either.Token);
            var buffer = new byte[64 * 1024];
            while (await body.ReadAsync(buffer, either.Token) is > 0 and var length)
                dump.Write(buffer.AsSpan(0, length));
        }
        catch (ProfileException e)
        {
            throw new ToolException(e.Message, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new ToolException($"pprof broke off the dump: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (deadline.IsCancellationRequested)
        {
            throw new ToolException($"pprof at {address} did not send the dump within {Deadline.TotalSeconds} s, as when no connection is accepted; take kernel stacks, or abort.", e);
        }

        dump.Text.End();
        var isCut = dump.Text.Bytes >= GoCutsAt;
        return new(true, $"{dump.Text.Goroutines} goroutines.", isCut ? Wholeness.Cut : Wholeness.Whole, process)
        {
            Warnings = isCut ? ["Go cuts this dump at 64 MiB; an ABORT dump has no such limit."] : [],
        };
    }
}
