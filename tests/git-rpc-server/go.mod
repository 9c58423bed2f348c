module git-rpc-server

go 1.19

require (
	github.com/grpc-ecosystem/go-grpc-prometheus v1.2.0
	github.com/prometheus/client_golang v1.14.0
	golang.org/x/sys v0.3.0
	google.golang.org/grpc v1.33.3
	google.golang.org/protobuf v1.28.1
)
