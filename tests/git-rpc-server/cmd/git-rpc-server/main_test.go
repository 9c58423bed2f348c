package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"git-rpc-server/gitalypb"
)

// The tests start this test binary again, as the server.
const asServer = "GIT_RPC_SERVER_TEST_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(asServer) != "" {
		main()
	}
	os.Exit(m.Run())
}

type process struct {
	*exec.Cmd
	settings string
	grpc     string
	lines    *bufio.Reader // stderr
}

func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asServer+"=1")
	return cmd
}

func writeSettings(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path+".new", []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

const stamped = `{"version":"1.0.4","spawn_mode":"fork","grow_until_utilisation":0}`

func start(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{settings: filepath.Join(t.TempDir(), "settings.json")}
	writeSettings(t, p.settings, stamped)
	p.Cmd = command(t, append([]string{"--grpc-listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0",
		"--storage", "default=" + t.TempDir(), "--settings", p.settings}, args...)...)
	stderr, err := p.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Process.Kill() })
	p.lines = bufio.NewReader(stderr)
	line, err := p.lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	match := regexp.MustCompile(`version 1\.0\.4 listens on (\S+) \(gRPC\)`).FindStringSubmatch(line)
	if match == nil {
		t.Fatalf("the first line is %q", line)
	}
	p.grpc = match[1]
	return p
}

func (p *process) dial(t *testing.T) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.Dial(p.grpc, grpc.WithInsecure())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func TestBadUsageExitsWith2AndOneClearLine(t *testing.T) {
	dir := t.TempDir()
	good, bad, empty := filepath.Join(dir, "good.json"), filepath.Join(dir, "bad.json"), filepath.Join(dir, "empty")
	writeSettings(t, good, stamped)
	writeSettings(t, bad, `{"version":"1"`)
	writeSettings(t, empty, "\n")
	storage := "default=" + dir
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"malformed settings", []string{"--storage", storage, "--settings", bad}, "settings: " + bad},
		{"missing settings", []string{"--storage", storage, "--settings", bad + "x"}, "no such file"},
		{"no settings", []string{"--storage", storage}, "--settings is required"},
		{"no storage", []string{"--settings", good}, "--storage is required"},
		{"empty secret", []string{"--storage", storage, "--settings", good, "--auth-secret-file", empty}, "is empty"},
		{"argument", []string{"--storage", storage, "--settings", good, "x"}, "unexpected argument"},
	} {
		t.Run(test.name, func(t *testing.T) {
			cmd := command(t, test.args...)
			stderr, _ := cmd.CombinedOutput()
			if cmd.ProcessState.ExitCode() != 2 || !bytes.Contains(stderr, []byte(test.want)) || bytes.Count(stderr, []byte("\n")) != 1 {
				t.Errorf("exit code %d, stderr %s", cmd.ProcessState.ExitCode(), stderr)
			}
		})
	}
}

func TestTermAndIntEndTheServerAtOnce(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			p := start(t)
			if err := p.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			p.Wait()
			if got := p.ProcessState.Sys().(syscall.WaitStatus).Signal(); got != signal {
				t.Errorf("ended by %v", got)
			}
		})
	}
}

func TestAbortDumpsEveryGoroutine(t *testing.T) {
	p := start(t)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if _, err := grpc_health_v1.NewHealthClient(p.dial(t)).Check(ctx, &grpc_health_v1.HealthCheckRequest{}); err != nil {
		t.Fatal(err)
	}
	if err := p.Process.Signal(syscall.SIGABRT); err != nil {
		t.Fatal(err)
	}
	var dump bytes.Buffer
	dump.ReadFrom(p.lines)
	p.Wait()
	for _, want := range []string{"SIGABRT: abort\nPC=", "goroutine 1 [", "google.golang.org/grpc.(*Server).Serve("} {
		if !strings.Contains(dump.String(), want) {
			t.Errorf("the dump lacks %q", want)
		}
	}
}

func TestVersionStaysStampedWhileTheGrowthBoundFollowsTheFile(t *testing.T) {
	p := start(t, "--grow-bytes-per-second", "67108864", "--grow-limit-bytes", "67108864")
	before := p.virtualMemory(t)
	writeSettings(t, p.settings, `{"version":"2.0.0","spawn_mode":"spawn","grow_until_utilisation":"unlimited"}`)
	for deadline := time.Now().Add(20 * time.Second); p.virtualMemory(t)-before < 60<<20; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("no growth within 20 s of lifting the bound")
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	info, err := gitalypb.NewServerServiceClient(p.dial(t)).ServerInfo(ctx, &gitalypb.ServerInfoRequest{})
	if err != nil || info.ServerVersion != "1.0.4" {
		t.Errorf("version %q, %v, want the one it was started with", info.GetServerVersion(), err)
	}
}

func TestHangupHandsOverToANewProcessAndDrains(t *testing.T) {
	pidFile := filepath.Join(t.TempDir(), "pid")
	p := start(t, "--pid-file", pidFile)
	conn := p.dial(t)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	// A call that does not end by itself holds the old process.
	watching, stopWatching := context.WithCancel(ctx)
	defer stopWatching()
	watch, err := grpc_health_v1.NewHealthClient(conn).Watch(watching, &grpc_health_v1.HealthCheckRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := watch.Recv(); err != nil {
		t.Fatal(err)
	}
	if err := p.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	next := p.Process.Pid
	for deadline := time.Now().Add(20 * time.Second); next == p.Process.Pid; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("no new process has written its pid within 20 s")
		}
		content, err := os.ReadFile(pidFile)
		if errors.Is(err, os.ErrNotExist) {
			continue // the first process serves before it has written its own
		}
		if err != nil {
			t.Fatal(err)
		}
		if next, err = strconv.Atoi(strings.TrimSpace(string(content))); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { syscall.Kill(next, syscall.SIGKILL) })
	if _, err := grpc_health_v1.NewHealthClient(p.dial(t)).Check(ctx, &grpc_health_v1.HealthCheckRequest{}); err != nil {
		t.Errorf("a new connection: %v", err)
	}
	if err := p.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("the old process has left its call: %v", err)
	}
	stopWatching()
	go io.Copy(io.Discard, p.lines)
	if err := p.Wait(); err != nil {
		t.Errorf("the old process: %v, want exit code 0 once its last call has ended", err)
	}
}

func TestHangupWithBadSettingsLeavesTheProcessServing(t *testing.T) {
	p := start(t)
	writeSettings(t, p.settings, "{")
	if err := p.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	for !strings.Contains(readLine(t, p), "no upgrade: ") {
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if _, err := grpc_health_v1.NewHealthClient(p.dial(t)).Check(ctx, &grpc_health_v1.HealthCheckRequest{}); err != nil {
		t.Error(err)
	}
}

func readLine(t *testing.T, p *process) string {
	t.Helper()
	line, err := p.lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return line
}

func (p *process) virtualMemory(t *testing.T) int64 {
	t.Helper()
	content, err := os.ReadFile("/proc/" + strconv.Itoa(p.Process.Pid) + "/statm")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := strconv.ParseInt(strings.Fields(string(content))[0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}

func TestAuthSecretFileIsRequiredOfCallers(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	writeSettings(t, file, "secret\n")
	p := start(t, "--auth-secret-file", file)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	_, err := grpc_health_v1.NewHealthClient(p.dial(t)).Check(ctx, &grpc_health_v1.HealthCheckRequest{})
	if status.Code(err) != codes.Unauthenticated {
		t.Errorf("error %v, want Unauthenticated", err)
	}
}
