// git-rpc-server is a small, real Git RPC server, wire-compatible with Gitaly. See README.md.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"

	"git-rpc-server/auth"
	"git-rpc-server/server"
	"git-rpc-server/settings"
)

const (
	exitFailed = 1
	exitUsage  = 2
)

// SIGTERM and SIGINT end the process at once and SIGABRT dumps every goroutine to stderr: Go's defaults, and
// what a Git RPC server's operators expect. So there is no signal handler here.
func main() {
	log.SetFlags(log.LstdFlags | log.LUTC)
	os.Exit(run(os.Args[1:], os.Stderr))
}

type options struct {
	grpcListen, metricsListen string
	secretFile, settingsFile  string
	config                    server.Config
}

func parse(args []string, stderr io.Writer) (options, error) {
	o := options{config: server.Config{Storages: server.Storages{}}}
	flags := flag.NewFlagSet("git-rpc-server", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.grpcListen, "grpc-listen", "127.0.0.1:9999", "`address` of gRPC")
	flags.StringVar(&o.metricsListen, "metrics-listen", "127.0.0.1:9236", "`address` of /metrics and /debug/pprof/")
	flags.Var(o.config.Storages, "storage", "`NAME=PATH` of a directory with bare repositories (repeatable)")
	flags.StringVar(&o.secretFile, "auth-secret-file", "", "`file` with the token secret; empty: no authentication")
	flags.StringVar(&o.settingsFile, "settings", "", "`file` with the settings (required)")
	flags.BoolVar(&o.config.AcceptBehindForkLock, "accept-behind-fork-lock", false, "accepted connections pass through ForkLock")
	flags.Int64Var(&o.config.GrowBytesPerSecond, "grow-bytes-per-second", 0, "`bytes` of address space to add each second")
	flags.Int64Var(&o.config.GrowLimit, "grow-limit-bytes", 32<<30, "`bytes` of address space to add at most")
	if err := flags.Parse(args); err != nil {
		return o, err // flag has printed it
	}
	var err error
	switch {
	case flags.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case o.settingsFile == "":
		err = fmt.Errorf("--settings is required")
	case len(o.config.Storages) == 0:
		err = fmt.Errorf("at least one --storage is required")
	case o.config.GrowBytesPerSecond < 0 || o.config.GrowLimit < 0:
		err = fmt.Errorf("growth cannot be negative")
	default:
		err = o.read()
	}
	if err != nil {
		fmt.Fprintf(stderr, "git-rpc-server: %v\n", err)
	}
	return o, err
}

func (o *options) read() (err error) {
	if o.config.Secret, err = auth.ReadSecret(o.secretFile); err != nil {
		return err
	}
	if o.config.Settings, err = settings.Read(o.settingsFile); err != nil {
		return err
	}
	o.config.Live = settings.Watch(o.settingsFile, o.config.Settings)
	return nil
}

func run(args []string, stderr io.Writer) int {
	o, err := parse(args, stderr)
	if err == flag.ErrHelp {
		return 0
	}
	if err != nil {
		return exitUsage
	}
	if err := serve(o); err != nil {
		fmt.Fprintf(stderr, "git-rpc-server: %v\n", err)
	}
	return exitFailed
}

func serve(o options) error {
	grpcListener, err := net.Listen("tcp", o.grpcListen)
	if err != nil {
		return err
	}
	metricsListener, err := net.Listen("tcp", o.metricsListen)
	if err != nil {
		return err
	}
	s, err := server.New(o.config)
	if err != nil {
		return err
	}
	log.Printf("version %s listens on %s (gRPC) and %s (metrics)",
		o.config.Settings.Version, grpcListener.Addr(), metricsListener.Addr())
	return s.Serve(grpcListener, metricsListener)
}
