using FleetConsole.Analysis.Profiling;
using FleetConsole.Client.Api;
using FleetConsole.Contracts.V1;
using Google.Protobuf.Collections;
using Grpc.Core;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FleetConsole.Server.Features.Captures;

/// <summary>Views of profiles: flame graph, sandwich, difference, top table, search. What is too narrow to be seen stays here.</summary>
internal sealed class ProfilesFeature(ProfileShelf shelf, ChildrenCpu children) : IProfilesApi
{
    private const int MostBases = 50;

    public async Task<FlameReply> GetFlameAsync(FlameRequest request, CancellationToken cancellationToken)
    {
        var options = new FlameOptions { LabelKey = request.LabelKey, LabelValue = request.LabelValue, GroupBy = request.GroupBy };
        var profile = await shelf.OpenAsync(request.CaptureId, request.SampleType, options, cancellationToken);
        var reply = FlameMessages.Facts(profile);
        reply.Beside = await BesideAsync(profile, cancellationToken);
        try
        {
            if (request.BaseIds.Count > 0)
                await CompareAsync(request, options, profile, reply, cancellationToken);
            else if (request.Function.Length > 0)
                CutOut(request, profile, reply);
            else
                Show(request, profile, reply);
            return reply;
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new ApiException(StatusCode.InvalidArgument, e.Message, e);
        }
    }

    public async Task<DumpViewReply> GetDumpAsync(DumpViewRequest request, CancellationToken cancellationToken)
    {
        var (row, dump) = await shelf.GoroutinesAsync(request.CaptureId, cancellationToken);
        var reply = DumpMessages.Of(dump);
        reply.Capture = CaptureMessages.Of(row);
        if (request.BaseId == 0)
        {
            DumpMessages.AddGroups(reply, dump);
            return reply;
        }

        var (before, older) = await shelf.GoroutinesAsync(request.BaseId, cancellationToken);
        reply.Base = CaptureMessages.Of(before);
        DumpMessages.AddGroups(reply, older, dump);
        return reply;
    }

    /// <summary>A profile as pprof, whatever it was taken with.</summary>
    public async Task<PushStreamHttpResult> PprofAsync(long id, CancellationToken cancellationToken)
    {
        var profile = await shelf.OpenAsync(id, "", new FlameOptions(), cancellationToken);
        var taken = profile.Row.TakenAt.ToUnixTimeMilliseconds() * 1_000_000;
        return TypedResults.Stream(async body =>
        {
            // Into memory first: the writer is synchronous, which a response is not.
            using var file = new MemoryStream();
            PprofWriter.Write(profile.Tree, taken, profile.Shelved.DurationNanoseconds, file);
            file.Position = 0;
            await file.CopyToAsync(body, cancellationToken);
        }, "application/octet-stream", $"{Path.GetFileNameWithoutExtension(CaptureMessages.FileName(profile.Row))}.pb.gz");
    }

    public Task<TextReply> GetTextAsync(long id, CancellationToken cancellationToken) => shelf.TextAsync(id, cancellationToken);

    private Task<string> BesideAsync(ShelvedProfile profile, CancellationToken cancellationToken) =>
        children.BesideAsync(profile.Row, profile.Shelved.CpuNanoseconds / 1e9, profile.Shelved.DurationNanoseconds / 1e9, cancellationToken);

    private static void Show(FlameRequest request, ShelvedProfile profile, FlameReply reply)
    {
        var search = FlameSearch.ByExpression(profile.Tree, request.Search);
        var view = FlameView.Of(profile.Tree, new FlameViewOptions { Focus = request.Focus });
        reply.Flame = FlameMessages.Of(view, profile.Tree, search);
        reply.Ancestors.AddRange(view.Ancestors.Select(FlameMessages.Of));
        FlameMessages.AddTop(reply, profile.Shelved, request.Search, search);
    }

    private static void CutOut(FlameRequest request, ShelvedProfile profile, FlameReply reply)
    {
        var frame = profile.Tree.Frames.Find(request.Function);
        if (frame < 0)
            throw new ApiException(StatusCode.InvalidArgument, $"No function of capture {request.CaptureId} is named \"{request.Function}\".");
        var search = FlameSearch.ByExpression(profile.Tree, request.Search);
        var sandwich = FlameSandwich.Of(profile.Tree, frame);
        reply.Flame = FlameMessages.Of(FlameView.Of(sandwich.Callees, new()), sandwich.Callees, search);
        reply.Callers = FlameMessages.Of(FlameView.Of(sandwich.Callers, new()), sandwich.Callers, search);
        FlameMessages.AddTop(reply, profile.Shelved, request.Search, search);
    }

    private async Task CompareAsync(FlameRequest request, FlameOptions options, ShelvedProfile after, FlameReply reply, CancellationToken cancellationToken)
    {
        var bases = new List<ShelvedProfile>();
        foreach (var id in Within(request.BaseIds))
            bases.Add(await shelf.OpenAsync(id, request.SampleType, options, cancellationToken));
        var before = FlameTree.Sum([.. bases.Select(b => b.Tree)]);

        // One that does not say how long it took leaves the sum without a length.
        var duration = bases.Any(b => b.Shelved.DurationNanoseconds <= 0) ? 0 : bases.Sum(b => b.Shelved.DurationNanoseconds);
        var bySecond = request.ByShare ? null : DiffWeights.ByDuration(before, duration, after.Tree, after.Shelved.DurationNanoseconds);
        var weights = bySecond ?? DiffWeights.ByTotal(before, after.Tree);
        reply.ByDuration = bySecond is not null;
        var diff = FlameDiff.Of(before, after.Tree, weights);
        var view = FlameDiffView.Of(diff, new FlameViewOptions { Focus = request.Focus });
        reply.Bases.AddRange(bases.Select(b => CaptureMessages.Of(b.Row)));
        reply.BaseTotal = ValueFormat.Text(before.Total, before.Type);

        // A function that is gone after cannot be found there, so both are searched.
        var searches = new[] { (after.Tree, FlameSearch.ByExpression(after.Tree, request.Search)), (before, FlameSearch.ByExpression(before, request.Search)) };
        bool IsMatch(string name) => searches.Any(s => s.Item2.IsMatch(s.Item1.Frames.Find(name)));
        reply.Flame = FlameMessages.Of(view, diff, IsMatch);
        reply.Ancestors.AddRange(view.Ancestors.Select(FlameMessages.Of));
        var rows = DiffTable.Of(before, after.Tree, weights);
        if (FlameMessages.WhatGrew(rows, diff) is { } grew)
            reply.Notes.Add(grew);
        FlameMessages.AddTop(reply, rows, after.Tree.Type, name => request.Search.Length == 0 || IsMatch(name));
    }

    private static IEnumerable<long> Within(RepeatedField<long> ids) => ids.Count <= MostBases
        ? ids.Distinct()
        : throw new ApiException(StatusCode.InvalidArgument, $"{ids.Count} profiles to compare with are too many: at most {MostBases} are added up.");
}
