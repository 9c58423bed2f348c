package server

import (
	"fmt"
	"strings"
	"testing"

	"git-rpc-server/gitalypb"
)

func TestMetricsExistAndAreZeroFromTheStart(t *testing.T) {
	eachMode(t, func(t *testing.T, r *running) {
		metrics := r.get(t, "/metrics")
		want := []string{
			"gitaly_spawn_forking_time_seconds_count 0",
			"gitaly_spawn_waiting_time_seconds_count 0",
			"gitaly_spawn_token_waiting_length 0",
			"gitaly_spawn_timeouts_total 0",
			"gitaly_commands_running 0",
			`grpc_server_started_total{grpc_method="RefExists",grpc_service="gitaly.RefService",grpc_type="unary"} 0`,
			`grpc_server_handled_total{grpc_code="NotFound",grpc_method="RefExists",grpc_service="gitaly.RefService",grpc_type="unary"} 0`,
		}
		for _, le := range []string{"0.001", "0.005", "0.025", "0.1", "0.5", "1", "10", "30", "60", "300", "1500", "+Inf"} {
			for _, method := range []string{
				`grpc_method="RefExists",grpc_service="gitaly.RefService",grpc_type="unary"`,
				`grpc_method="FindAllBranchNames",grpc_service="gitaly.RefService",grpc_type="server_stream"`,
				`grpc_method="ServerInfo",grpc_service="gitaly.ServerService",grpc_type="unary"`,
				`grpc_method="Check",grpc_service="grpc.health.v1.Health",grpc_type="unary"`,
			} {
				want = append(want, fmt.Sprintf(`grpc_server_handling_seconds_bucket{%s,le="%s"} 0`, method, le))
			}
		}
		for _, name := range []string{"cpu_seconds", "real_seconds", "minor_page_faults", "major_page_faults", "context_switches"} {
			want = append(want, fmt.Sprintf(
				`gitaly_command_%s_total{cmd="git",grpc_method="RefExists",grpc_service="gitaly.RefService",subcmd="show-ref"} 0`, name))
		}
		for _, line := range want {
			if !strings.Contains(metrics, "\n"+line+"\n") {
				t.Errorf("no line %s", line)
			}
		}
		for _, prefix := range []string{"process_start_time_seconds ", "process_virtual_memory_bytes ", "process_cpu_seconds_total ",
			"process_open_fds ", "go_goroutines ", "go_threads ", `gitlab_build_info{built="`} {
			if !strings.Contains(metrics, "\n"+prefix) {
				t.Errorf("no line that begins with %s", prefix)
			}
		}
		if !strings.Contains(metrics, `version="1.0.4"} 1`) {
			t.Error("gitlab_build_info has another version than the settings")
		}
	})
}

func TestAChildIsBookedUnderTheCallThatAskedForIt(t *testing.T) {
	eachMode(t, func(t *testing.T, r *running) {
		_, err := gitalypb.NewRefServiceClient(r.conn).RefExists(bounded(t), &gitalypb.RefExistsRequest{
			Repository: repository("group/repo.git"), Ref: []byte("refs/heads/main")})
		if err != nil {
			t.Fatal(err)
		}
		metrics := r.get(t, "/metrics")
		for _, line := range []string{
			"gitaly_spawn_forking_time_seconds_count 1",
			"gitaly_spawn_waiting_time_seconds_count 1",
			"gitaly_commands_running 0",
			`grpc_server_handled_total{grpc_code="OK",grpc_method="RefExists",grpc_service="gitaly.RefService",grpc_type="unary"} 1`,
		} {
			if !strings.Contains(metrics, "\n"+line+"\n") {
				t.Errorf("no line %s", line)
			}
		}
		const booked = `gitaly_command_minor_page_faults_total{cmd="git",grpc_method="RefExists",grpc_service="gitaly.RefService",subcmd="show-ref"} `
		if !strings.Contains(metrics, "\n"+booked) || strings.Contains(metrics, "\n"+booked+"0\n") {
			t.Error("no page faults booked for git show-ref")
		}
	})
}

func TestTheModeCannotBeSeenFromOutside(t *testing.T) {
	var names [2]map[string]bool
	eachMode(t, func(t *testing.T, r *running) {
		found := map[string]bool{}
		for _, line := range strings.Split(r.get(t, "/metrics"), "\n") {
			if i := strings.LastIndexByte(line, ' '); i > 0 && !strings.HasPrefix(line, "go_") {
				found[strings.SplitN(line[:i], " ", 2)[0]] = true
			}
		}
		if names[0] == nil {
			names[0] = found
		} else {
			names[1] = found
		}
	})
	for series := range names[0] {
		if !names[1][series] {
			t.Errorf("only one mode has %s", series)
		}
	}
	if len(names[0]) != len(names[1]) {
		t.Errorf("%d series in one mode and %d in the other", len(names[0]), len(names[1]))
	}
}

func TestPprofNeedsNoToken(t *testing.T) {
	eachMode(t, func(t *testing.T, r *running) {
		if dump := r.get(t, "/debug/pprof/goroutine?debug=2"); !strings.Contains(dump, "goroutine ") {
			t.Errorf("goroutine dump: %.100s", dump)
		}
		if heap := r.get(t, "/debug/pprof/heap"); !strings.HasPrefix(heap, "\x1f\x8b") {
			t.Error("the heap profile is not gzip")
		}
	})
}
