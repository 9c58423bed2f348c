using FleetConsole.Client.Api;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace FleetConsole.Server.Hosting;

/// <summary>Turns a feature's refusal into gRPC's status, message and all; anything else stays an internal error.</summary>
internal sealed class ApiErrors : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (ApiException e)
        {
            throw new RpcException(new Status(e.Code, e.Message));
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (ApiException e)
        {
            throw new RpcException(new Status(e.Code, e.Message));
        }
    }
}
