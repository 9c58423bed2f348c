package main

import (
	"bufio"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"git-rpc-server/server"
	"git-rpc-server/settings"
)

// The tests start this test binary again, as the load.
const asLoad = "GIT_RPC_LOAD_TEST_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(asLoad) != "" {
		main()
	}
	os.Exit(m.Run())
}

// serve starts a server for a storage with repo.git, which has the branch main.
func serve(t *testing.T, listener net.Listener) *server.Server {
	t.Helper()
	storage := t.TempDir()
	script := `git init --quiet --bare "$1/repo.git" && cd "$1/repo.git" && tree=$(git hash-object -t tree -w /dev/null) &&
		git update-ref refs/heads/main "$(git -c user.name=A -c user.email=a@example.org commit-tree -m first "$tree")"`
	if out, err := exec.Command("sh", "-c", script, "sh", storage).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	stamped := settings.Settings{Version: "1.0.4"}
	s, err := server.New(server.Config{Storages: server.Storages{"default": storage}, Settings: stamped,
		Live: settings.Watch(filepath.Join(storage, "settings.json"), stamped)})
	if err != nil {
		t.Fatal(err)
	}
	metrics := listen(t, "127.0.0.1:0")
	go s.Serve(listener, metrics)
	t.Cleanup(s.Stop)
	return s
}

func listen(t *testing.T, address string) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

func (t *tally) counts() (answered, failed, dropped int) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	for _, count := range t.errors {
		failed += count
	}
	return t.answered, failed, t.dropped
}

func begin(t *testing.T, l *load, address string) *target {
	t.Helper()
	to := &target{name: "a", address: address}
	if err := to.dial(nil); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	finished := make(chan struct{})
	go func() { l.arrive(ctx, to); close(finished) }()
	t.Cleanup(func() { cancel(); <-finished; to.conn.Close() })
	return to
}

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !condition(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within 20 s: %s", what)
		}
	}
}

func testLoad() *load {
	return &load{storage: "default", repository: "repo.git", rate: 50, deadline: 10 * time.Second, maxInFlight: 100}
}

func TestLoadReconnectsWhenTheServerRestarts(t *testing.T) {
	listener := listen(t, "127.0.0.1:0")
	address := listener.Addr().String()
	first := serve(t, listener)
	to := begin(t, testLoad(), address)
	eventually(t, "20 answers", func() bool { answered, _, _ := to.tally.counts(); return answered >= 20 })
	if _, failed, dropped := to.tally.counts(); failed != 0 || dropped != 0 {
		t.Errorf("%d failed and %d dropped on a healthy server", failed, dropped)
	}

	first.Stop()
	eventually(t, "an error", func() bool { _, failed, _ := to.tally.counts(); return failed > 0 })
	before, _, _ := to.tally.counts()
	serve(t, listen(t, address))
	eventually(t, "20 more answers", func() bool { answered, _, _ := to.tally.counts(); return answered >= before+20 })
	if line := to.tally.errorsSinceLast(); !strings.Contains(line, "Unavailable") {
		t.Errorf("reported %q", line)
	}
}

func TestArrivalsGoOnWhileNothingIsAnsweredUpToTheLimit(t *testing.T) {
	listener := listen(t, "127.0.0.1:0") // the kernel accepts, nobody answers
	defer listener.Close()
	l := testLoad()
	l.maxInFlight = 5
	to := begin(t, l, listener.Addr().String())
	eventually(t, "dropped arrivals", func() bool { _, _, dropped := to.tally.counts(); return dropped >= 5 })
}

func TestArrivalsKeepTheRate(t *testing.T) {
	listener := listen(t, "127.0.0.1:0")
	defer listener.Close()
	l := testLoad()
	l.rate, l.maxInFlight = 1000, 1
	to := begin(t, l, listener.Addr().String())
	started := time.Now()
	eventually(t, "2000 arrivals", func() bool { _, _, dropped := to.tally.counts(); return dropped >= 2000 })
	// A Poisson count of 2000 has a deviation of 45.
	if rate := 2000 / time.Since(started).Seconds(); rate < 800 || rate > 1200 {
		t.Errorf("%.0f arrivals a second, want 1000", rate)
	}
}

func TestReportCountsOnlyWhatIsNew(t *testing.T) {
	var tally tally
	tally.book(time.Millisecond, codes.OK)
	if line := tally.errorsSinceLast(); line != "" {
		t.Errorf("reported %q without an error", line)
	}
	tally.book(time.Second, codes.Unavailable)
	tally.book(time.Second, codes.DeadlineExceeded)
	tally.drop()
	if line := tally.errorsSinceLast(); line != "errors: 1 DeadlineExceeded, 1 Unavailable, 1 dropped, too many in flight" {
		t.Errorf("reported %q", line)
	}
	tally.book(time.Second, codes.Unavailable)
	if line := tally.errorsSinceLast(); line != "errors: 1 Unavailable" {
		t.Errorf("reported %q", line)
	}
	if line := tally.total(); !strings.HasPrefix(line, "1 answered, p50 1ms p99 1ms of the last 1; errors: 1 DeadlineExceeded, 2 Unavailable") {
		t.Errorf("total %q", line)
	}
}

func TestLoadEndsWithItsParent(t *testing.T) {
	parent := exec.Command("sh", "-c", `"$@" & echo $!; read -r _`, "sh", os.Args[0], "--target", "a=127.0.0.1:1", "--repository", "repo.git")
	parent.Env = append(os.Environ(), asLoad+"=1")
	stdin, err := parent.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer stderr.Close()
	parent.Stderr = stderr
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	executable := func() string {
		path, _ := os.Readlink("/proc/" + strconv.Itoa(pid) + "/exe")
		return path
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// Only a load that knows its parent can miss it: until it says so, it may not even have asked.
	eventually(t, "the load runs", func() bool {
		said, _ := os.ReadFile(stderr.Name())
		return executable() == self && strings.Contains(string(said), "load begins")
	})
	stdin.Close() // the shell reads to the end and exits
	eventually(t, "the load has ended", func() bool { return executable() == "" })
	parent.Wait()
	if reported, err := os.ReadFile(stderr.Name()); err != nil || !strings.Contains(string(reported), "parent has gone") {
		t.Errorf("reported %q, %v", reported, err)
	}
}
