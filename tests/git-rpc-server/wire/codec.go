// Package wire lets one gRPC build carry both generations of generated Go messages.
package wire

import (
	"google.golang.org/grpc/encoding"
	grpcproto "google.golang.org/grpc/encoding/proto"
	"google.golang.org/protobuf/proto"
)

// Debian's gRPC still encodes through github.com/golang/protobuf 1.3, which cannot decode what today's
// protoc-gen-go generates. New messages take google.golang.org/protobuf; the older ones, such as gRPC's own
// health service, keep the codec that gRPC registered.
func init() {
	encoding.RegisterCodec(codec{older: encoding.GetCodec(grpcproto.Name)})
}

type codec struct {
	older encoding.Codec
}

func (c codec) Marshal(v interface{}) ([]byte, error) {
	if m, ok := v.(proto.Message); ok {
		return proto.Marshal(m)
	}
	return c.older.Marshal(v)
}

func (c codec) Unmarshal(data []byte, v interface{}) error {
	if m, ok := v.(proto.Message); ok {
		return proto.Unmarshal(data, m)
	}
	return c.older.Unmarshal(data, v)
}

func (codec) Name() string { return grpcproto.Name }
