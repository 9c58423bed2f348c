using System.Globalization;
using FleetConsole.Analysis.Profiling;
using FleetConsole.Client.Api;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Storage;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;

namespace FleetConsole.Server.Features.Captures;

/// <summary>
/// Profiles that were read, as trees, for as long as somebody looks at them: zooming must not read a file again. Files are named by what they
/// hold, so a tree never goes stale.
/// </summary>
internal sealed class ProfileShelf(IDbContextFactory<ConsoleDb> databases, CaptureFiles files, CaptureAccess access, ReadingGate gate) : IDisposable
{
    private const long MostBytes = 256 << 20;
    private const int BytesOfANode = 24;
    private const int MostText = 256 * 1024;
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(20);
    private readonly MemoryCache _trees = new(new MemoryCacheOptions { SizeLimit = MostBytes });

    /// <summary>A capture's tree.</summary>
    /// <param name="id">The capture.</param>
    /// <param name="sampleType">By name; empty: the profile's default.</param>
    /// <exception cref="ApiException">NOT_FOUND, PERMISSION_DENIED or INVALID_ARGUMENT, as GetFlame says.</exception>
    public async Task<ShelvedProfile> OpenAsync(long id, string sampleType, FlameOptions options, CancellationToken cancellationToken)
    {
        var (row, path) = await FindAsync(id, cancellationToken);
        var key = (row.Sha256, sampleType, options.LabelKey, options.LabelValue, options.GroupBy);
        return new(row, await gate.RunAsync(() =>
        {
            if (_trees.TryGetValue(key, out ShelvedTree? known) && known is not null)
                return known;
            var tree = Read(row, path, sampleType, options);
            return _trees.Set(key, tree, new MemoryCacheEntryOptions { Size = (long)tree.Tree.Count * BytesOfANode, SlidingExpiration = Idle });
        }, cancellationToken));
    }

    /// <summary>A capture's goroutines. Twenty thousand of them are read in a third of a second, so they are not kept.</summary>
    /// <exception cref="ApiException">NOT_FOUND; PERMISSION_DENIED; INVALID_ARGUMENT: it is no dump.</exception>
    public async Task<(CaptureRow Row, GoroutineDump Dump)> GoroutinesAsync(long id, CancellationToken cancellationToken)
    {
        var (row, path) = await FindAsync(id, cancellationToken);
        try
        {
            return (row, await gate.RunAsync(() =>
            {
                using var file = File.OpenRead(path);
                return GoroutineDumpReader.Read(file);
            }, cancellationToken));
        }
        catch (GoroutineDumpFormatException e)
        {
            throw new ApiException(StatusCode.InvalidArgument, $"Capture {row.Id} ({row.Kind}) cannot be read as a goroutine dump: {e.Message} Download it to look at it yourself.", e);
        }
    }

    /// <summary>The beginning of a capture that is text.</summary>
    /// <exception cref="ApiException">NOT_FOUND; PERMISSION_DENIED; INVALID_ARGUMENT: it is no text.</exception>
    public async Task<TextReply> TextAsync(long id, CancellationToken cancellationToken)
    {
        var (_, path) = await FindAsync(id, cancellationToken);
        await using var file = File.OpenRead(path);
        var head = new byte[MostText];
        var read = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        return head.AsSpan(0, read).Contains((byte)0)
            ? throw new ApiException(StatusCode.InvalidArgument, $"Capture {id} is no text. Download it to look at it yourself.")
            : new() { Text = System.Text.Encoding.UTF8.GetString(head, 0, read), Cut = file.Length > read };
    }

    private async Task<(CaptureRow Row, string Path)> FindAsync(long id, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var row = await db.Captures.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, cancellationToken)
            ?? throw new ApiException(StatusCode.NotFound, $"There is no capture {id}.");
        access.Demand(row);
        if (row.DeletedAt is not null)
            throw new ApiException(StatusCode.NotFound, CaptureMessages.Gone(row));
        var path = files.PathOf(row.Sha256);
        return File.Exists(path) ? (row, path) : throw new ApiException(StatusCode.NotFound, $"The file of capture {id} is gone from the data folder.");
    }

    public void Dispose() => _trees.Dispose();

    private static ShelvedTree Of(FlameTree tree, CaptureRow row) =>
        new(tree, [tree.Type], 0, (long)(row.Seconds * 1e9), 0, TopTable.Of(tree), []);

    private static ShelvedTree Read(CaptureRow row, string path, string sampleType, FlameOptions options)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (row.Kind is CaptureMessages.Perf)
                return Of(PerfScriptReader.Read(file), row);
            var profile = PprofReader.Read(file);
            var type = profile.FindSampleType(sampleType);
            if (type < 0)
            {
                throw new ApiException(StatusCode.InvalidArgument,
                    $"Capture {row.Id} has no sample type \"{sampleType}\". It has {string.Join(", ", profile.SampleTypes.Select(t => t.Type))}.");
            }

            var tree = FlameTree.Of(profile, options with { SampleType = type });
            var cpu = profile.FindSampleType("cpu") is >= 0 and var index ? profile.Total(index) : 0;
            return new(tree, profile.SampleTypes, type, profile.DurationNanoseconds, cpu, TopTable.Of(tree), SampleLabels.Summarize(profile, type));
        }
        catch (Exception e) when (e is PprofFormatException or PerfScriptFormatException)
        {
            throw new ApiException(StatusCode.InvalidArgument,
                string.Create(CultureInfo.InvariantCulture, $"Capture {row.Id} ({row.Kind}) cannot be read as a profile: {e.Message} Download it to look at it yourself."), e);
        }
    }
}

/// <summary>A profile as a tree, and what its file says besides.</summary>
/// <param name="CpuNanoseconds">Of the whole file, whichever samples the tree has; 0 where CPU time is not in it.</param>
internal sealed record ShelvedTree(
    FlameTree Tree, IReadOnlyList<SampleType> Types, int Type, long DurationNanoseconds, long CpuNanoseconds, IReadOnlyList<TopRow> Top, IReadOnlyList<LabelShare> Labels);

/// <summary>A capture with its tree.</summary>
internal sealed record ShelvedProfile(CaptureRow Row, ShelvedTree Shelved)
{
    public FlameTree Tree => Shelved.Tree;
}
