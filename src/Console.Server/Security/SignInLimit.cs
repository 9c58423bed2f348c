using System.ComponentModel.DataAnnotations;
using System.Threading.RateLimiting;
using FleetConsole.Server.Hosting;
using Microsoft.Extensions.Options;

namespace FleetConsole.Server.Security;

/// <summary>How often one address may try to sign in.</summary>
internal sealed class SignInOptions
{
    public const string Section = "SignIn";

    [Range(1, 100_000)]
    public int AttemptsPerMinute { get; init; } = 30;
}

/// <summary>Bounds the guesses of one address over all accounts; the lock-out bounds those at one account.</summary>
internal static class SignInLimit
{
    public static IServiceCollection AddSignInLimit(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddChecked<SignInOptions>(configuration, SignInOptions.Section);
        return services.AddRateLimiter(limits =>
        {
            limits.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limits.OnRejected = async (rejected, cancellationToken) => await rejected.HttpContext.Response.WriteAsync(
                "Too many attempts to sign in from this address. Try again in a minute.", cancellationToken);
            limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(Partition);
        });
    }

    private static RateLimitPartition<string> Partition(HttpContext context)
    {
        // By what the router found, not by the path as it was spelt: case and a slash at the end lead to the same page.
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        if (!HttpMethods.IsPost(context.Request.Method) || route is not (AccountRoutes.SignIn or AccountRoutes.SecondFactor or AccountRoutes.Token or AccountRoutes.Security))
            return RateLimitPartition.GetNoLimiter("");
        var attempts = context.RequestServices.GetRequiredService<IOptions<SignInOptions>>().Value.AttemptsPerMinute;
        return RateLimitPartition.GetFixedWindowLimiter(context.Connection.RemoteIpAddress?.ToString() ?? "", _ => new FixedWindowRateLimiterOptions
        {
            PermitLimit = attempts,
            Window = TimeSpan.FromMinutes(1),
        });
    }
}
