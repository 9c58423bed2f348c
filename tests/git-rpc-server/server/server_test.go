package server

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"git-rpc-server/auth"
	"git-rpc-server/gitalypb"
	"git-rpc-server/settings"
	"git-rpc-server/spawn"
)

const branches = 250 // more than two messages hold

var secret = []byte("secret")

// running is a server on loopback with one storage, "default", that holds repo.git.
type running struct {
	storage     string
	grpcAddress string
	metricsURL  string
	conn        *grpc.ClientConn
}

func start(t *testing.T, mode spawn.Mode, change func(*Config)) *running {
	t.Helper()
	storage := t.TempDir()
	makeRepository(t, filepath.Join(storage, "group", "repo.git"))
	stamped := settings.Settings{Version: "1.0.4", SpawnMode: mode}
	config := Config{Storages: Storages{"default": storage}, Secret: secret, Settings: stamped,
		Live: settings.Watch(filepath.Join(storage, "settings.json"), stamped)}
	if change != nil {
		change(&config)
	}
	s, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	grpcListener, metricsListener := listen(t), listen(t)
	served := make(chan error, 1)
	go func() { served <- s.Serve(grpcListener, metricsListener) }()
	t.Cleanup(func() { s.Stop(); <-served })
	r := &running{storage: storage, grpcAddress: grpcListener.Addr().String(), metricsURL: "http://" + metricsListener.Addr().String()}
	r.conn = r.dial(t, grpc.WithPerRPCCredentials(auth.ClientCredentials(secret)))
	return r
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

func (r *running) dial(t *testing.T, options ...grpc.DialOption) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.Dial(r.grpcAddress, append(options, grpc.WithInsecure())...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func (r *running) get(t *testing.T, path string) string {
	t.Helper()
	response, err := http.Get(r.metricsURL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s, %v", path, response.Status, err)
	}
	return string(body)
}

func makeRepository(t *testing.T, path string) {
	t.Helper()
	runGit(t, "", "init", "--quiet", "--bare", path)
	tree := runGit(t, "", "-C", path, "hash-object", "-t", "tree", "-w", "--stdin")
	commit := runGit(t, "", "-C", path, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit-tree", "-m", "first", tree)
	updates := "create refs/heads/main " + commit + "\n"
	for i := 1; i < branches; i++ {
		updates += fmt.Sprintf("create refs/heads/branch-%03d %s\n", i, commit)
	}
	runGit(t, updates, "-C", path, "update-ref", "--stdin")
}

func runGit(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v: %s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func bounded(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func eachMode(t *testing.T, test func(*testing.T, *running)) {
	for name, mode := range map[string]spawn.Mode{"fork": spawn.Fork, "spawn": spawn.Vfork} {
		t.Run(name, func(t *testing.T) { test(t, start(t, mode, nil)) })
	}
}

func repository(relative string) *gitalypb.Repository {
	return &gitalypb.Repository{StorageName: "default", RelativePath: relative}
}

func TestTokenDecidesOverUnaryCallsAndStreams(t *testing.T) {
	r := start(t, spawn.Vfork, nil)
	bare := r.dial(t)
	for _, test := range []struct {
		name          string
		authorization []string
		want          codes.Code
	}{
		{"valid", []string{"Bearer " + auth.Token(secret, time.Now())}, codes.OK},
		{"missing", nil, codes.Unauthenticated},
		{"no bearer", []string{auth.Token(secret, time.Now())}, codes.Unauthenticated},
		{"malformed", []string{"Bearer v2.nonsense"}, codes.Unauthenticated},
		{"two", []string{"Bearer " + auth.Token(secret, time.Now()), "Bearer x"}, codes.Unauthenticated},
		{"wrong", []string{"Bearer " + auth.Token([]byte("other"), time.Now())}, codes.PermissionDenied},
		{"expired", []string{"Bearer " + auth.Token(secret, time.Now().Add(-time.Minute))}, codes.PermissionDenied},
		{"too early", []string{"Bearer " + auth.Token(secret, time.Now().Add(time.Minute))}, codes.PermissionDenied},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx := metadata.NewOutgoingContext(bounded(t), metadata.MD{"authorization": test.authorization})
			_, err := grpc_health_v1.NewHealthClient(bare).Check(ctx, &grpc_health_v1.HealthCheckRequest{})
			if status.Code(err) != test.want {
				t.Errorf("health check: %v, want %s", err, test.want)
			}
			if _, err = branchNames(ctx, bare, repository("group/repo.git")); status.Code(err) != test.want {
				t.Errorf("stream: %v, want %s", err, test.want)
			}
		})
	}
}

func TestWithoutASecretNoTokenIsNeeded(t *testing.T) {
	r := start(t, spawn.Vfork, func(c *Config) { c.Secret = nil })
	answer, err := grpc_health_v1.NewHealthClient(r.dial(t)).Check(bounded(t), &grpc_health_v1.HealthCheckRequest{})
	if err != nil || answer.Status != grpc_health_v1.HealthCheckResponse_SERVING {
		t.Errorf("health check: %v, %v", answer, err)
	}
}

func TestAcceptBehindForkLockAnswersOnlyWhileTheLockIsFree(t *testing.T) {
	r := start(t, spawn.Vfork, func(c *Config) { c.AcceptBehindForkLock = true })
	client := http.Client{Timeout: 200 * time.Millisecond, Transport: &http.Transport{DisableKeepAlives: true}}
	syscall.ForkLock.Lock()
	response, err := client.Get(r.metricsURL + "/metrics")
	syscall.ForkLock.Unlock()
	if !os.IsTimeout(err) {
		t.Errorf("answered %v, %v while ForkLock was held", response, err)
	}
	if !strings.Contains(r.get(t, "/metrics"), "gitlab_build_info") {
		t.Error("no metrics after ForkLock was released")
	}
}
