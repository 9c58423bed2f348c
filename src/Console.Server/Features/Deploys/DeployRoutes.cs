using FleetConsole.Contracts;
using FleetConsole.Server.Hosting;
using FleetConsole.Server.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FleetConsole.Server.Features.Deploys;

/// <summary>What a deploy tool sends.</summary>
internal sealed record DeployAnnouncement(string? Version, string? Commit, string? Link, string? Author)
{
    private const int LongestVersion = 100;
    private const int LongestCommit = 64;
    private const int LongestLink = 500;
    private const int LongestAuthor = 100;

    /// <summary>What is wrong with it; empty when nothing is.</summary>
    public string Problem() =>
        !Fits(Version, LongestVersion, required: true) ? $"version: required, 1 to {LongestVersion} characters, as the servers will report it."
        : !Fits(Commit, LongestCommit, required: false) || !(Commit ?? "").All(char.IsAsciiHexDigit) ? $"commit: at most {LongestCommit} hexadecimal digits."
        : !Fits(Link, LongestLink, required: false) || !IsWeb(Link) ? $"link: an http or https address of at most {LongestLink} characters."
        : !Fits(Author, LongestAuthor, required: false) ? $"author: at most {LongestAuthor} characters, no control characters."
        : "";

    private static bool Fits(string? text, int most, bool required) =>
        (text ?? "").Length <= most && !(required && string.IsNullOrWhiteSpace(text)) && !(text ?? "").Any(char.IsControl);

    // A link is put into a page for everybody: no other scheme than these two.
    private static bool IsWeb(string? link) =>
        string.IsNullOrEmpty(link) || (Uri.TryCreate(link, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp));
}

/// <summary>What the deploy tool gets back.</summary>
internal sealed record AnnouncementTaken(long Id, string Version);

/// <summary>Where deploy tools tell of deploys.</summary>
internal static class DeployRoutes
{
    public const string Api = "/api/deploys";
    private const long LargestBody = 8 * 1024;

    public static void MapDeploys(this IEndpointRouteBuilder routes) =>
        routes.MapPost(Api, AnnounceAsync).RequireAuthorization(Permissions.Deploy).DisableAntiforgery()
            .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(LargestBody))
            .WithMetadata(new ServedOn(Listener.Browser, Listener.Grpc));

    private static async Task<Results<Created<AnnouncementTaken>, Ok<AnnouncementTaken>, BadRequest<string>, UnauthorizedHttpResult, Conflict<string>>> AnnounceAsync(
        DeployAnnouncement announcement, HttpContext context, DeployAnnouncements announcements, CancellationToken cancellationToken)
    {
        // A cookie travels by itself, whoever made the page that sends it; a token does not.
        if (context.Request.Headers.Authorization.Count == 0)
            return TypedResults.BadRequest("Send the token of POST /account/token as \"authorization: Bearer ...\".");
        if (announcement.Problem() is { Length: > 0 } problem)
            return TypedResults.BadRequest(problem);
        if (Caller.Of(context) is not { } caller)
            return TypedResults.Unauthorized();
        var (row, added) = await announcements.TakeAsync(announcement, caller, cancellationToken);
        if (row is null)
            return TypedResults.Conflict($"Version \"{announcement.Version}\" was told of within a day with another commit, link or author.");
        var taken = new AnnouncementTaken(row.Id, row.Version);
        return added ? TypedResults.Created((string?)null, taken) : TypedResults.Ok(taken);
    }
}
