using System.Net;
using System.Runtime.InteropServices;
using FleetConsole.Contracts.V1;
using FleetConsole.Server.Tests.Harness;
using Grpc.Core;

namespace FleetConsole.Server.Tests.Features.Captures;

/// <summary>Profiles brought to the console by a form, and what it says of them.</summary>
public sealed class ProfileViewTests(QuietConsole fixture) : IClassFixture<QuietConsole>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Golden(string name) => Path.Join(AppContext.BaseDirectory, "Golden", "profiles", name);

    [Fact]
    public async Task A_brought_profile_is_a_graph_that_is_as_wide_as_what_it_holds()
    {
        var session = await fixture.Console.SignInAsync("operator");
        var id = await BringAsync(session, await File.ReadAllBytesAsync(Golden("cpu-8s.pb.gz"), Cancel));

        var reply = await AskAsync(session, new() { CaptureId = id });

        Assert.Equal(("profile", "cpu"), (reply.Capture.Kind, reply.Types_[reply.Type].Type));
        var boxes = Boxes(reply.Flame);
        Assert.Equal(reply.Flame.Values.Count, boxes.Count);
        Assert.Equal((0, 1), (boxes[0].Start, boxes[0].Width));
        Assert.All(boxes.Skip(1), box => Assert.True(
            box.Start >= boxes[box.Parent].Start - 1e-9 && box.Start + box.Width <= boxes[box.Parent].Start + boxes[box.Parent].Width + 1e-9, $"{box} lies on its parent"));
        Assert.Equal(1, reply.Top.Sum(row => row.FlatShare), 3);

        // A part of it, by its node, fills the width.
        var part = await AskAsync(session, new() { CaptureId = id, Focus = boxes[1].Node });
        Assert.Equal(boxes[1].Node, Boxes(part.Flame)[0].Node);
        Assert.Equal(0, Assert.Single(part.Ancestors).Node);
    }

    [Fact]
    public async Task Search_sandwich_and_difference_are_of_the_same_profile()
    {
        var session = await fixture.Console.SignInAsync("operator");
        var id = await BringAsync(session, await File.ReadAllBytesAsync(Golden("cpu-8s.pb.gz"), Cancel));
        var whole = await AskAsync(session, new() { CaptureId = id, Search = "^runtime\\." });
        Assert.InRange(whole.MatchedShare, 0.001, 1);
        Assert.Contains(whole.Flame.Frames, frame => frame.Matches);
        Assert.All(whole.Top, row => Assert.StartsWith("runtime.", row.Name, StringComparison.Ordinal));

        var function = whole.Top[0].Name;
        var cut = await AskAsync(session, new() { CaptureId = id, Function = function });
        Assert.Equal(function, cut.Flame.Frames[(int)Boxes(cut.Flame)[1].Frame].Name);
        Assert.Equal(function, cut.Callers.Frames[(int)Boxes(cut.Callers)[1].Frame].Name);

        var none = await AskAsync(session, new() { CaptureId = id, BaseIds = { id } });
        Assert.All(none.Top, row => Assert.Equal((0, 0), (row.FlatShare, row.CumShare)));
        Assert.All(Boxes(none.Flame), box => Assert.Equal(0, box.Change));

        var searched = await AskAsync(session, new() { CaptureId = id, BaseIds = { id }, Search = "^runtime\\." });
        Assert.NotEmpty(searched.Top);
        Assert.All(searched.Top, row => Assert.StartsWith("runtime.", row.Name, StringComparison.Ordinal));

        // Added up, two of the same have the same shares; each is named.
        var twin = await BringAsync(session, await File.ReadAllBytesAsync(Golden("cpu-8s.pb.gz"), Cancel));
        var sum = await AskAsync(session, new() { CaptureId = id, BaseIds = { id, twin }, ByShare = true });
        Assert.Equal([id, twin], sum.Bases.Select(b => b.Id));
        Assert.All(sum.Top, row => Assert.Equal((0, 0), (row.FlatShare, row.CumShare)));
        var comparable = await Session.Ask(o => session.Captures.ListComparisonsAsync(new() { CaptureId = id }, o));
        Assert.Contains(comparable.Captures, other => other.Id == twin);
        Assert.DoesNotContain(comparable.Captures, other => other.Id == id);
    }

    [Fact]
    public async Task Two_profiles_of_which_nothing_was_sampled_are_compared_to_nothing()
    {
        var session = await fixture.Console.SignInAsync("operator");
        var idle = await BringAsync(session, await File.ReadAllBytesAsync(Golden("fork-mutex.pb.gz"), Cancel));

        Assert.Empty((await AskAsync(session, new() { CaptureId = idle, BaseIds = { idle } })).Top);
    }

    [Fact]
    public async Task What_cannot_be_shown_says_why()
    {
        var session = await fixture.Console.SignInAsync("operator");
        var id = await BringAsync(session, await File.ReadAllBytesAsync(Golden("cpu-8s.pb.gz"), Cancel));
        var heap = await BringAsync(session, await File.ReadAllBytesAsync(Golden("heap.pb.gz"), Cancel));
        foreach (var (request, words) in new (FlameRequest, string)[]
        {
            (new() { CaptureId = id, SampleType = "bytes" }, "no sample type \"bytes\". It has samples, cpu"),
            (new() { CaptureId = id, Focus = 1_000_000_000 }, "nodes"),
            (new() { CaptureId = id, Search = "(" }, "("),
            (new() { CaptureId = id, Function = "no.such" }, "no.such"),
            (new() { CaptureId = id, BaseIds = { heap } }, "cannot be compared"),
            (new() { CaptureId = id, BaseIds = { id, heap } }, "cannot be added"),
            (new() { CaptureId = id, BaseIds = { Enumerable.Range(1, 51).Select(i => (long)i) } }, "at most 50"),
        })
        {
            var status = (await Assert.ThrowsAsync<RpcException>(() => AskAsync(session, request))).Status;
            Assert.Equal(StatusCode.InvalidArgument, status.StatusCode);
            Assert.Contains(words, status.Detail, StringComparison.Ordinal);
        }

        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => AskAsync(session, new() { CaptureId = 987_654 }))).StatusCode);
    }

    [Fact]
    public async Task A_file_that_is_neither_profile_nor_dump_is_not_kept_and_its_reader_says_why()
    {
        var session = await fixture.Console.SignInAsync("operator");
        var profile = await File.ReadAllBytesAsync(Golden("cpu-8s.pb.gz"), Cancel);
        foreach (var (content, words) in new (byte[], string)[]
        {
            ("goroutine count: 5\nsomething else\n"u8.ToArray(), "As a profile: At byte 0: this is text and no profile. As a goroutine dump: At line 2 (byte 34): there is no goroutine in it."),
            (profile[..^1000], "so it was not kept. At byte 62357: field 6 claims 132 bytes and 126 follow."),
            ([], "At byte 0: there is nothing to read. Compare its size with the original"),
        })
        {
            using var answer = await session.UploadAsync(content);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
            Assert.Contains(words, WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Cancel)), StringComparison.Ordinal);
        }

        Assert.DoesNotContain((await Session.Ask(o => session.Captures.ListCapturesAsync(new(), o))).Captures, capture => capture.SizeBytes == profile.Length - 1000);
        var dump = await BringAsync(session, "goroutine 1 [running]:\nmain.main()\n"u8.ToArray());
        Assert.Equal("goroutine 1 [running]:\nmain.main()\n", (await new Profiles.ProfilesClient(session.Channel).GetTextAsync(new() { CaptureId = dump }, cancellationToken: Cancel)).Text);
    }

    [Fact]
    public async Task A_form_without_the_pages_token_brings_nothing()
    {
        var session = await fixture.Console.SignInAsync("operator");
        using var form = new MultipartFormDataContent { { new ByteArrayContent(await File.ReadAllBytesAsync(Golden("heap.pb.gz"), Cancel)), "file", "heap.pb.gz" } };

        using var answer = await session.Http.PostAsync("/captures/upload", form, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task A_brought_file_stands_in_the_audit_trail_or_is_not_kept()
    {
        var session = await fixture.Console.SignInAsync("operator");
        var content = System.Text.Encoding.UTF8.GetBytes($"goroutine 1 [running]:\nmain.of{Guid.NewGuid():N}()\n\t/main.go:1 +0x1\n");
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content));
        await using (await fixture.Console.FillTrailAsync())
        {
            using var lost = await session.UploadAsync(content);
            Assert.Equal(HttpStatusCode.InternalServerError, lost.StatusCode);
            Assert.False(File.Exists(Path.Join(fixture.Console.Data, "captures", hash)));
        }

        var id = await BringAsync(session, content);

        var row = Assert.Single((await Session.Ask(o => session.Audit.ListAuditAsync(new() { Action = "upload-capture" }, o))).Entries, row => row.Detail.Contains(hash, StringComparison.Ordinal));
        Assert.Equal(("operator", "uploaded as brought.bin"), (row.User, row.Reason));
        Assert.StartsWith($"(capture {id}: dump, ", row.Detail, StringComparison.Ordinal);
    }

    private static Task<FlameReply> AskAsync(Session session, FlameRequest request) =>
        Session.Ask(o => new Profiles.ProfilesClient(session.Channel).GetFlameAsync(request, o));

    private static async Task<long> BringAsync(Session session, byte[] content)
    {
        using var answer = await session.UploadAsync(content);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return long.Parse(answer.Headers.Location?.OriginalString["/captures/".Length..] ?? "", System.Globalization.CultureInfo.InvariantCulture);
    }

    private static List<Box> Boxes(Flame flame) => [.. MemoryMarshal.Cast<byte, double>(flame.Boxes.Span).ToArray().Chunk(8)
        .Select(b => new Box((int)b[0], (int)b[1], b[3], b[4], b[5], b[7]))];

    private sealed record Box(int Node, int Parent, double Start, double Width, double Frame, double Change);
}
