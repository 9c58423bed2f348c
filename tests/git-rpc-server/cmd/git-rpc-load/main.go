// git-rpc-load puts an open-loop load on Git RPC servers: calls arrive when they arrive, answered or not.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"git-rpc-server/auth"
)

const reportEvery = 60 * time.Second

func main() {
	log.SetFlags(log.LstdFlags | log.LUTC)
	os.Exit(run(os.Args[1:], os.Stderr))
}

type targets []*target

func (t *targets) String() string { return "" }

func (t *targets) Set(value string) error {
	name, address, ok := strings.Cut(value, "=")
	if !ok || name == "" || address == "" {
		return fmt.Errorf("%q is not NAME=ADDR", value)
	}
	*t = append(*t, &target{name: name, address: address})
	return nil
}

func run(args []string, stderr io.Writer) int {
	var all targets
	var l load
	flags := flag.NewFlagSet("git-rpc-load", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Var(&all, "target", "`NAME=ADDR` of a Git RPC server (repeatable)")
	secretFile := flags.String("auth-secret-file", "", "`file` with the token secret; empty: no authentication")
	flags.StringVar(&l.storage, "storage", "default", "`name` of the storage")
	flags.StringVar(&l.repository, "repository", "", "relative `path` of the repository (required)")
	flags.Float64Var(&l.rate, "rate", 8, "calls per second and target")
	flags.DurationVar(&l.deadline, "deadline", 60*time.Second, "deadline of each call")
	flags.IntVar(&l.maxInFlight, "max-in-flight", 2000, "unanswered calls per target beyond which arrivals are dropped")
	duration := flags.Duration("duration", 0, "how long to run; 0: until signalled")
	if err := flags.Parse(args); err == flag.ErrHelp {
		return 0
	} else if err != nil {
		return 2
	}
	secret, err := auth.ReadSecret(*secretFile)
	switch {
	case err != nil:
	case flags.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case len(all) == 0:
		err = fmt.Errorf("at least one --target is required")
	case l.repository == "":
		err = fmt.Errorf("--repository is required")
	case l.rate <= 0 || l.deadline <= 0 || l.maxInFlight <= 0 || *duration < 0:
		err = fmt.Errorf("--rate, --deadline and --max-in-flight must be positive")
	}
	if err != nil {
		fmt.Fprintf(stderr, "git-rpc-load: %v\n", err)
		return 2
	}
	l.secret = secret

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if *duration > 0 {
		ctx, stop = context.WithTimeout(ctx, *duration)
		defer stop()
	}
	ctx, stop = withParent(ctx)
	defer stop()
	return l.run(ctx, all, stderr)
}

// withParent ends the context when the process that started this one has gone: a load without its supervisor
// would go on for ever. Asking each second, unlike PR_SET_PDEATHSIG, does not depend on which thread forked us.
func withParent(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	parent := os.Getppid()
	go func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if os.Getppid() != parent {
					log.Print("parent has gone")
					cancel()
				}
			}
		}
	}()
	return ctx, cancel
}

func (l *load) run(ctx context.Context, all targets, stderr io.Writer) int {
	var running sync.WaitGroup
	for _, t := range all {
		if err := t.dial(l.secret); err != nil {
			fmt.Fprintf(stderr, "git-rpc-load: %v\n", err)
			return 1
		}
		defer t.conn.Close()
		running.Add(1)
		go func(t *target) {
			defer running.Done()
			l.arrive(ctx, t)
		}(t)
	}
	log.Printf("load begins: %d targets", len(all))
	tick := time.NewTicker(reportEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			for _, t := range all {
				if line := t.tally.errorsSinceLast(); line != "" {
					log.Printf("%s: %s", t.name, line)
				}
			}
		case <-ctx.Done():
			running.Wait()
			for _, t := range all {
				log.Printf("%s: %s", t.name, t.tally.total())
			}
			return 0
		}
	}
}
