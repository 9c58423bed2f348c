// Package server assembles the Git RPC server: gRPC on one listener, metrics and pprof on the other.
package server

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"time"

	grpcprometheus "github.com/grpc-ecosystem/go-grpc-prometheus"
	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"

	"git-rpc-server/auth"
	"git-rpc-server/gitalypb"
	"git-rpc-server/growth"
	"git-rpc-server/settings"
	"git-rpc-server/spawn"
	_ "git-rpc-server/wire" // gRPC's codec
)

// Config is everything a server is started with.
type Config struct {
	Storages             Storages
	Secret               []byte // nil: no authentication
	Settings             settings.Settings
	Live                 *settings.Live
	GrowBytesPerSecond   int64
	GrowLimit            int64
	AcceptBehindForkLock bool
}

// Server is one Git RPC server.
type Server struct {
	config   Config
	registry *prometheus.Registry
	spawner  *spawn.Spawner
	grpc     *grpc.Server
	http     *http.Server
}

// New builds a server that listens to nothing yet.
func New(config Config) (*Server, error) {
	gitPath, err := exec.LookPath("git")
	if err != nil {
		return nil, err
	}
	gitVersion, err := versionAtStart(gitPath)
	if err != nil {
		return nil, err
	}
	registry := newRegistry(config.Settings.Version, gitVersion)
	spawner, err := spawn.New(config.Settings.SpawnMode, registry)
	if err != nil {
		return nil, err
	}
	metrics := newServerMetrics(registry)
	s := &Server{
		config:   config,
		registry: registry,
		spawner:  spawner,
		grpc:     newGRPC(config, metrics, &git{path: gitPath, spawner: spawner}),
		http:     &http.Server{Handler: metricsHandler(registry), ReadHeaderTimeout: 10 * time.Second},
	}
	metrics.InitializeMetrics(s.grpc)
	return s, nil
}

func newGRPC(config Config, metrics *grpcprometheus.ServerMetrics, git *git) *grpc.Server {
	// Metrics come first, so that refused calls are counted too.
	server := grpc.NewServer(
		grpc.ChainUnaryInterceptor(metrics.UnaryServerInterceptor(), auth.UnaryServer(config.Secret)),
		grpc.ChainStreamInterceptor(metrics.StreamServerInterceptor(), auth.StreamServer(config.Secret)))
	grpc_health_v1.RegisterHealthServer(server, health.NewServer())
	gitalypb.RegisterServerServiceServer(server, &serverService{version: config.Settings.Version, storages: config.Storages, git: git})
	gitalypb.RegisterRefServiceServer(server, &refService{storages: config.Storages, git: git})

	for method, subcommand := range map[string]string{
		"/gitaly.ServerService/ServerInfo":      "version",
		"/gitaly.RefService/RefExists":          "show-ref",
		"/gitaly.RefService/FindAllBranchNames": "for-each-ref",
	} {
		git.spawner.Expect(method, git.command(subcommand))
	}
	return server
}

// Serve answers on both listeners until one of them fails or Stop is called.
func (s *Server) Serve(grpcListener, metricsListener net.Listener) error {
	if s.config.AcceptBehindForkLock {
		grpcListener, metricsListener = behindForkLock{grpcListener}, behindForkLock{metricsListener}
	}
	ctx, stopGrowing := context.WithCancel(context.Background())
	defer stopGrowing()
	go (&growth.Growth{
		BytesPerSecond: s.config.GrowBytesPerSecond,
		Limit:          s.config.GrowLimit,
		ForkingTime:    s.spawner.ForkingTime,
		Refresh:        s.config.Live.Refresh,
		Until:          s.config.Live.GrowUntilUtilisation,
		Times:          s.config.Live.GrowTimes,
	}).Run(ctx)

	failed := make(chan error, 2)
	go func() { failed <- fmt.Errorf("gRPC listener: %w", orStopped(s.grpc.Serve(grpcListener))) }()
	go func() { failed <- fmt.Errorf("metrics listener: %w", orStopped(s.http.Serve(metricsListener))) }()
	return <-failed
}

// orStopped gives the nil that grpc.Server.Serve returns after Stop a name.
func orStopped(err error) error {
	if err == nil {
		return grpc.ErrServerStopped
	}
	return err
}

// Stop closes both listeners and all connections.
func (s *Server) Stop() {
	s.grpc.Stop()
	s.http.Close()
}

// Drain stops accepting gRPC connections and returns when the calls under way have ended, or at the deadline with them cut off. Metrics
// are served meanwhile, one request a connection, so that a scraper meets this process and its successor by turns, as in production.
func (s *Server) Drain(deadline time.Duration) {
	s.http.SetKeepAlivesEnabled(false)
	late := time.AfterFunc(deadline, s.grpc.Stop)
	defer late.Stop()
	s.grpc.GracefulStop()
}
