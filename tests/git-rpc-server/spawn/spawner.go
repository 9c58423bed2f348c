package spawn

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"
)

// stderrLimit bounds how much of a child's complaints is kept; the rest is read and dropped.
const stderrLimit = 4 << 10

// Command is one child to run. Nothing in it passes through a shell.
type Command struct {
	Path       string   // the executable
	Name       string   // the cmd label
	Subcommand string   // the subcmd label
	Args       []string // everything after argv[0]
	Env        []string
	// Stdout reads the child's output to its end. An error from it kills the child. Nil discards the output.
	Stdout func(io.Reader) error
}

// Exit is how a child that ran to its end left.
type Exit struct {
	Code   int
	Stderr string
}

// Spawner starts children one at a time and books what they cost.
type Spawner struct {
	start   func(path string, argv, env []string, files [standardFiles]*os.File, locked func()) (*os.Process, error)
	metrics *metrics
	devNull *os.File
	forking int64 // nanoseconds spent forking, atomic
}

// New returns a Spawner whose metrics are in registry.
func New(mode Mode, registry prometheus.Registerer) (*Spawner, error) {
	devNull, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	s := &Spawner{metrics: newMetrics(registry), devNull: devNull}
	if mode == Fork {
		s.start = forkExec
	} else {
		s.start = new(vforkExec).start
	}
	return s, nil
}

// Expect makes the series of a command exist, at zero, before it first runs.
func (s *Spawner) Expect(fullMethod string, c Command) {
	for _, vector := range s.metrics.vectors() {
		vector.WithLabelValues(labels(fullMethod, c)...)
	}
}

// ForkingTime is the time spent starting children so far, with the lock held.
func (s *Spawner) ForkingTime() time.Duration {
	return time.Duration(atomic.LoadInt64(&s.forking))
}

// Run starts the child, waits for it and kills it when ctx ends. The error is ctx's when that was the reason.
func (s *Spawner) Run(ctx context.Context, c Command) (Exit, error) {
	if err := ctx.Err(); err != nil {
		return Exit{}, err
	}
	stderr, stderrEnd, err := os.Pipe()
	if err != nil {
		return Exit{}, err
	}
	defer stderr.Close()
	stdout, stdoutEnd, err := s.stdoutOf(c)
	if err != nil {
		stderrEnd.Close()
		return Exit{}, err
	}
	if stdout != nil {
		defer stdout.Close()
	}

	process, err := s.startTimed(ctx, c, [standardFiles]*os.File{s.devNull, stdoutEnd, stderrEnd})
	started := time.Now()
	stderrEnd.Close()
	if stdout != nil {
		stdoutEnd.Close()
	}
	if err != nil {
		return Exit{}, err
	}

	s.metrics.running.Inc()
	defer s.metrics.running.Dec()
	exited := make(chan struct{})
	defer close(exited)
	go killWhenDone(ctx, process, exited)
	complaints := make(chan string, 1)
	go func() { complaints <- readBounded(stderr) }()

	var readErr error
	if stdout != nil {
		if readErr = c.Stdout(stdout); readErr != nil {
			process.Kill()
		}
	}
	exit := Exit{Stderr: <-complaints}
	state, err := process.Wait()
	if err != nil {
		return Exit{}, fmt.Errorf("wait for %s: %w", c.Name, err)
	}
	fullMethod, _ := grpc.Method(ctx)
	s.metrics.book(fullMethod, c, state, time.Since(started))
	exit.Code = state.ExitCode()
	switch {
	case ctx.Err() != nil:
		return exit, ctx.Err()
	case readErr != nil:
		return exit, readErr
	}
	return exit, nil
}

func (s *Spawner) stdoutOf(c Command) (ours, childs *os.File, err error) {
	if c.Stdout == nil {
		return nil, s.devNull, nil
	}
	return os.Pipe()
}

// startTimed does not give up when ctx ends while it waits: a wait for ForkLock cannot be abandoned, so the
// child starts, late and for nobody, and is killed. A server whose callers time out gets no relief from it.
func (s *Spawner) startTimed(ctx context.Context, c Command, files [standardFiles]*os.File) (*os.Process, error) {
	var locked time.Time
	asked := time.Now()
	s.metrics.waitingLength.Inc()
	process, err := s.start(c.Path, append([]string{c.Name}, c.Args...), c.Env, files, func() {
		locked = time.Now()
		s.metrics.waitingLength.Dec()
	})
	if locked.IsZero() { // refused before its turn, for instance for a NUL byte in an argument
		s.metrics.waitingLength.Dec()
		return nil, err
	}
	forking := time.Since(locked)
	atomic.AddInt64(&s.forking, int64(forking))
	s.metrics.waitingTime.Observe(locked.Sub(asked).Seconds())
	s.metrics.forkingTime.Observe(forking.Seconds())
	if ctx.Err() != nil {
		s.metrics.timeouts.Inc()
	}
	return process, err
}

func killWhenDone(ctx context.Context, process *os.Process, exited <-chan struct{}) {
	select {
	case <-ctx.Done():
		process.Kill() // fails only when the child is gone already
	case <-exited:
	}
}

func readBounded(r io.Reader) string {
	kept, _ := io.ReadAll(io.LimitReader(r, stderrLimit))
	io.Copy(io.Discard, r)
	return strings.TrimSpace(string(kept))
}
