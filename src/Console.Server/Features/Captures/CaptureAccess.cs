using FleetConsole.Client.Api;
using FleetConsole.Contracts;
using FleetConsole.Server.Security;
using FleetConsole.Server.Storage;
using Grpc.Core;

namespace FleetConsole.Server.Features.Captures;

/// <summary>Who may read a capture: whoever may take one of that host. A policy alone asks for the permission on any host.</summary>
internal sealed class CaptureAccess(Access access, IHttpContextAccessor contexts)
{
    /// <exception cref="ApiException">PERMISSION_DENIED: the caller has the permission profile, but not on this host.</exception>
    public void Demand(CaptureRow row)
    {
        // What somebody brought belongs to no host.
        var caller = contexts.HttpContext?.User;
        if (row.Host.Length > 0 && (caller is null || !access.May(caller, Permissions.Profile, row.Host)))
            throw new ApiException(StatusCode.PermissionDenied, $"{caller?.Identity?.Name ?? "The caller"} lacks the permission profile on {row.Host}. Ask an administrator.");
    }
}
