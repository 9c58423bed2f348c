// git-rpc-server is a small, real Git RPC server, wire-compatible with Gitaly. See README.md.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"git-rpc-server/auth"
	"git-rpc-server/server"
	"git-rpc-server/settings"
	"git-rpc-server/upgrade"
)

const (
	exitFailed = 1
	exitUsage  = 2

	handOverDeadline = 30 * time.Second
	drainDeadline    = 60 * time.Second
)

// SIGTERM and SIGINT end the process at once and SIGABRT dumps every goroutine to stderr: Go's defaults, and
// what a Git RPC server's operators expect. So there is a signal handler for SIGHUP only, which starts a new process on the same listeners
// and lets this one drain.
func main() {
	log.SetFlags(log.LstdFlags | log.LUTC)
	os.Exit(run(os.Args[1:], os.Stderr))
}

type options struct {
	grpcListen, metricsListen string
	secretFile, settingsFile  string
	pidFile                   string
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
	flags.StringVar(&o.pidFile, "pid-file", "", "`file` for the pid of the process that serves")
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
	err = serve(o)
	if err == errDrained {
		return 0
	}
	fmt.Fprintf(stderr, "git-rpc-server: %v\n", err)
	return exitFailed
}

var errDrained = errors.New("drained")

func serve(o options) error {
	// Looked up now: a deploy may put another program into its place, and that is the one to start.
	program, err := os.Executable()
	if err != nil {
		return err
	}
	listeners, err := upgrade.Listen(o.grpcListen, o.metricsListen)
	if err != nil {
		return err
	}
	s, err := server.New(o.config)
	if err != nil {
		return err
	}
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(listeners[0], listeners[1]) }()
	log.Printf("version %s listens on %s (gRPC) and %s (metrics)",
		o.config.Settings.Version, listeners[0].Addr(), listeners[1].Addr())
	if err := upgrade.Ready(o.pidFile, len(listeners)); err != nil {
		return err
	}
	for {
		select {
		case err := <-failed:
			return err
		case <-hangup:
			pid, err := upgrade.HandOver(program, listeners, handOverDeadline)
			if pid == 0 {
				log.Printf("no upgrade: %v; this process goes on", err)
				continue
			}
			if err != nil {
				log.Printf("systemd could not be told of process %d: %v", pid, err)
			}
			log.Printf("process %d serves; this one drains for at most %v", pid, drainDeadline)
			s.Drain(drainDeadline)
			return errDrained
		}
	}
}
