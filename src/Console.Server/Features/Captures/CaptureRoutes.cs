using FleetConsole.Client;
using FleetConsole.Client.Api;
using FleetConsole.Contracts;
using FleetConsole.Server.Components;
using FleetConsole.Server.Security;
using FleetConsole.Server.Storage;
using Grpc.Core;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Features.Captures;

/// <summary>A capture's bytes, out and in. A profile names functions and may hold labels with data: whoever may not take one may not read one.</summary>
internal static class CaptureRoutes
{
    // Around the file a form has its token and its boundaries.
    private const int FormBytes = 64 * 1024;

    public static void MapCaptures(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/captures/{id:long}/file", (long id, CapturesFeature feature, CancellationToken cancellationToken) =>
            AnsweredAsync(async () => await feature.DownloadAsync(id, cancellationToken))).RequireAuthorization(Permissions.Profile);
        routes.MapGet("/captures/{id:long}/pprof", (long id, ProfilesFeature feature, CancellationToken cancellationToken) =>
            AnsweredAsync(async () => await feature.PprofAsync(id, cancellationToken))).RequireAuthorization(Permissions.Profile);
        var most = (routes.ServiceProvider.GetRequiredService<IOptions<StorageOptions>>().Value.MaxCaptureMegabytes * 1024L * 1024) + FormBytes;
        routes.MapPost(Routes.CaptureUpload, UploadAsync).RequireAuthorization(Permissions.Profile)
            .WithMetadata(new RequestSizeLimitAttribute(most), new RequireAntiforgeryTokenAttribute()).WithFormOptions(multipartBodyLengthLimit: most);
    }

    private static async Task<IResult> AnsweredAsync(Func<Task<IResult>> answer)
    {
        try
        {
            return await answer();
        }
        catch (ApiException e)
        {
            var status = e.Code switch
            {
                StatusCode.NotFound => StatusCodes.Status404NotFound,
                StatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
                _ => StatusCodes.Status400BadRequest,
            };
            return TypedResults.Text(e.Message, statusCode: status);
        }
    }

    // The form is read here and not bound: a bound one answers other content types before anybody has asked who calls.
    private static async Task<Results<RedirectHttpResult, RazorComponentResult<UploadRefused>, UnauthorizedHttpResult>> UploadAsync(HttpContext context, CaptureUploads uploads, CancellationToken cancellationToken)
    {
        if (context.Features.Get<IAntiforgeryValidationFeature>() is not { IsValid: true })
            return Refused(StatusCodes.Status400BadRequest, "The page's anti-forgery token is missing or old. Reload the page and send the file again.");
        if (!context.Request.HasFormContentType || (await context.Request.ReadFormAsync(cancellationToken)).Files is not [var file, ..])
            return Refused(StatusCodes.Status400BadRequest, "There is no file in the form. Choose one and send it again.");
        if (Caller.Of(context) is not { } caller)
            return TypedResults.Unauthorized();
        try
        {
            await using var stream = file.OpenReadStream();
            return TypedResults.LocalRedirect(Routes.CaptureOf(await uploads.KeepAsync(stream, file.FileName, caller, cancellationToken)));
        }
        catch (ApiException e)
        {
            return Refused(StatusCodes.Status422UnprocessableEntity, e.Message);
        }
        catch (NoRoomException e)
        {
            return Refused(StatusCodes.Status507InsufficientStorage, e.Message);
        }
    }

    private static RazorComponentResult<UploadRefused> Refused(int status, string why) => new(new { Why = why }) { StatusCode = status };
}
