package spawn

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

var modes = map[string]Mode{"fork": Fork, "spawn": Vfork}

func eachMode(t *testing.T, test func(*testing.T, *Spawner)) {
	for name, mode := range modes {
		t.Run(name, func(t *testing.T) {
			s, err := New(mode, prometheus.NewRegistry())
			if err != nil {
				t.Fatal(err)
			}
			test(t, s)
		})
	}
}

func shell(script string, args ...string) Command {
	return Command{Path: "/bin/sh", Name: "sh", Subcommand: "test", Args: append([]string{"-c", script, "sh"}, args...), Env: []string{"GREETING=hello"}}
}

func TestChildGetsArgumentsAndEnvironmentAndReturnsItsOutput(t *testing.T) {
	eachMode(t, func(t *testing.T, s *Spawner) {
		var stdout []byte
		c := shell(`echo "$GREETING $1 $(env | grep -c =)"; echo oops >&2; exit 3`, "a b;c")
		c.Stdout = func(r io.Reader) (err error) {
			stdout, err = io.ReadAll(r)
			return err
		}
		exit, err := s.Run(context.Background(), c)
		if err != nil || exit.Code != 3 || exit.Stderr != "oops" {
			t.Errorf("Run = %+v, %v", exit, err)
		}
		if !strings.HasPrefix(string(stdout), "hello a b;c ") {
			t.Errorf("stdout %q", stdout)
		}
		if got := testutil.ToFloat64(s.metrics.realSeconds.WithLabelValues("", "", "sh", "test")); got <= 0 {
			t.Errorf("booked %v s", got)
		}
	})
}

func TestChildInheritsNoDescriptorOfOurs(t *testing.T) {
	ours, err := os.Open(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	allowed := map[string]bool{"0": true, "1": true, "2": true, "3": true} // 3 is ls reading the directory
	for fd := uintptr(3); fd < 1024; fd++ {
		// What whoever ran this test left open for everybody.
		if flags, _, errno := syscall.Syscall(syscall.SYS_FCNTL, fd, syscall.F_GETFD, 0); errno == 0 && flags&syscall.FD_CLOEXEC == 0 {
			allowed[strconv.Itoa(int(fd))] = true
		}
	}
	eachMode(t, func(t *testing.T, s *Spawner) {
		var stdout []byte
		c := Command{Path: "/bin/ls", Name: "ls", Args: []string{"/proc/self/fd"}, Stdout: func(r io.Reader) (err error) {
			stdout, err = io.ReadAll(r)
			return err
		}}
		if _, err := s.Run(context.Background(), c); err != nil {
			t.Fatal(err)
		}
		for _, fd := range strings.Fields(string(stdout)) {
			if !allowed[fd] {
				t.Errorf("the child has descriptor %s", fd)
			}
		}
	})
}

func TestMissingExecutableIsAnErrorAndNoChild(t *testing.T) {
	eachMode(t, func(t *testing.T, s *Spawner) {
		_, err := s.Run(context.Background(), Command{Path: "/does/not/exist", Name: "x"})
		if !errors.Is(err, syscall.ENOENT) {
			t.Errorf("error %v, want ENOENT", err)
		}
		_, err = s.Run(context.Background(), shell("true", "nul\x00byte"))
		if !errors.Is(err, syscall.EINVAL) {
			t.Errorf("error %v, want EINVAL", err)
		}
		if got := testutil.ToFloat64(s.metrics.waitingLength); got != 0 {
			t.Errorf("%v still waiting", got)
		}
		requireNoChildren(t)
	})
}

func TestCancellationKillsTheChild(t *testing.T) {
	eachMode(t, func(t *testing.T, s *Spawner) {
		ctx, cancel := context.WithCancel(context.Background())
		c := shell("echo started; exec sleep 600")
		c.Stdout = func(r io.Reader) error {
			io.ReadFull(r, make([]byte, len("started\n")))
			cancel()
			_, err := io.Copy(io.Discard, r)
			return err
		}
		if _, err := s.Run(ctx, c); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want Canceled", err)
		}
		requireNoChildren(t)
	})
}

func TestReaderThatFailsKillsTheChild(t *testing.T) {
	eachMode(t, func(t *testing.T, s *Spawner) {
		full := errors.New("full")
		c := shell("exec sleep 600")
		c.Stdout = func(io.Reader) error { return full }
		if _, err := s.Run(context.Background(), c); !errors.Is(err, full) {
			t.Errorf("error %v, want the reader's", err)
		}
		requireNoChildren(t)
	})
}

func TestManyConcurrentChildrenLeaveNoZombiesAndNoDescriptors(t *testing.T) {
	const concurrent, rounds = 200, 5
	eachMode(t, func(t *testing.T, s *Spawner) {
		if _, err := s.Run(context.Background(), shell("true")); err != nil {
			t.Fatal(err)
		}
		before := descriptors(t)
		for round := 0; round < rounds; round++ {
			var all sync.WaitGroup
			for i := 0; i < concurrent; i++ {
				all.Add(1)
				go func() {
					defer all.Done()
					exit, err := s.Run(context.Background(), Command{Path: "/bin/true", Name: "true"})
					if err != nil || exit.Code != 0 {
						t.Errorf("Run = %+v, %v", exit, err)
					}
				}()
			}
			// A collection stops the world while threads are between fork and exec.
			runtime.GC()
			all.Wait()
		}
		requireNoChildren(t)
		if after := descriptors(t); after > before {
			t.Errorf("%d descriptors before, %d after", before, after)
		}
		if got := testutil.ToFloat64(s.metrics.running); got != 0 {
			t.Errorf("%v commands still running", got)
		}
	})
}

func TestForkWaitsForForkLockAndTheDumpShowsIt(t *testing.T) {
	for name, hold := range map[string]sync.Locker{"Lock": &syscall.ForkLock, "RLock": syscall.ForkLock.RLocker()} {
		t.Run(name, func(t *testing.T) {
			s, err := New(Fork, prometheus.NewRegistry())
			if err != nil {
				t.Fatal(err)
			}
			hold.Lock()
			var once sync.Once
			release := func() { once.Do(hold.Unlock) }
			defer release() // a failed test must not leave the others without a fork
			ctx, cancel := context.WithCancel(context.Background())
			returned := make(chan error, 1)
			go func() {
				_, err := s.Run(ctx, Command{Path: "/bin/true", Name: "true"})
				returned <- err
			}()
			eventually(t, "a goroutine of forkExec waits for ForkLock", func() bool {
				return stackHas("sync.(*RWMutex).Lock(", "spawn.forkExec(")
			})
			if got := testutil.ToFloat64(s.metrics.waitingLength); got != 1 {
				t.Errorf("waiting length %v, want 1", got)
			}
			cancel() // the wait cannot be abandoned
			select {
			case err := <-returned:
				t.Errorf("returned %v while ForkLock was held", err)
			default:
			}
			release()
			if err := <-returned; !errors.Is(err, context.Canceled) {
				t.Errorf("error %v, want Canceled", err)
			}
			if got := testutil.ToFloat64(s.metrics.timeouts); got != 1 {
				t.Errorf("%v timeouts, want 1", got)
			}
			requireNoChildren(t)
		})
	}
}

func stackHas(frames ...string) bool {
	stacks := make([]byte, 1<<20)
	for _, goroutine := range bytes.Split(stacks[:runtime.Stack(stacks, true)], []byte("\n\n")) {
		all := true
		for _, frame := range frames {
			all = all && bytes.Contains(goroutine, []byte(frame))
		}
		if all {
			return true
		}
	}
	return false
}

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !condition(); runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("not within 20 s: %s", what)
		}
	}
}

// requireNoChildren asks the kernel, which knows zombies as well as the living.
func requireNoChildren(t *testing.T) {
	t.Helper()
	var status syscall.WaitStatus
	if pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil); !errors.Is(err, syscall.ECHILD) {
		t.Errorf("wait4 = %d, %v: there are children left", pid, err)
	}
}

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}
