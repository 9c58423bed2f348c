package auth

import (
	"context"
	"errors"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// UnaryServer lets a call pass only with a valid token; a nil secret lets everything pass.
func UnaryServer(secret []byte) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, req interface{}, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (interface{}, error) {
		if err := authorise(ctx, secret); err != nil {
			return nil, err
		}
		return handler(ctx, req)
	}
}

// StreamServer is UnaryServer for streams.
func StreamServer(secret []byte) grpc.StreamServerInterceptor {
	return func(srv interface{}, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
		if err := authorise(stream.Context(), secret); err != nil {
			return err
		}
		return handler(srv, stream)
	}
}

func authorise(ctx context.Context, secret []byte) error {
	if secret == nil {
		return nil
	}
	md, _ := metadata.FromIncomingContext(ctx)
	values := md.Get("authorization")
	if len(values) != 1 {
		return status.Error(codes.Unauthenticated, "authentication required")
	}
	fields := strings.SplitN(values[0], " ", 2)
	if len(fields) != 2 || !strings.EqualFold(fields[0], "bearer") {
		return status.Error(codes.Unauthenticated, "authorization is no bearer token")
	}
	switch err := check(secret, fields[1], time.Now()); {
	case err == nil:
		return nil
	case errors.Is(err, errMalformed):
		return status.Error(codes.Unauthenticated, err.Error())
	default:
		return status.Error(codes.PermissionDenied, err.Error())
	}
}

// ClientCredentials signs each call at the moment it is made.
func ClientCredentials(secret []byte) credentials.PerRPCCredentials {
	return clientCredentials(secret)
}

type clientCredentials []byte

func (c clientCredentials) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + Token(c, time.Now())}, nil
}

func (clientCredentials) RequireTransportSecurity() bool { return false }
