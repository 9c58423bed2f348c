package settings

import (
	"bytes"
	"log"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"git-rpc-server/spawn"
)

func TestParse(t *testing.T) {
	for _, test := range []struct {
		name, content string
		want          Settings
		wantErr       string
	}{
		{"fork", `{"version":"1.0.4","spawn_mode":"fork","grow_until_utilisation":0.15}`, Settings{"1.0.4", spawn.Fork, 0.15, 1}, ""},
		{"spawn", `{"version":"1.0.5","spawn_mode":"spawn","grow_until_utilisation":"unlimited"}`, Settings{"1.0.5", spawn.Vfork, math.Inf(1), 1}, ""},
		{"not JSON", `version=1`, Settings{}, "invalid character"},
		{"twice as fast", `{"version":"1","spawn_mode":"fork","grow_until_utilisation":1,"grow_times":2}`, Settings{"1", spawn.Fork, 1, 2}, ""},
		{"backwards", `{"version":"1","spawn_mode":"fork","grow_until_utilisation":1,"grow_times":-1}`, Settings{}, "grow_times"},
		{"two values", `{"version":"1","spawn_mode":"fork","grow_until_utilisation":1}{}`, Settings{}, "more than one"},
		{"no version", `{"spawn_mode":"fork","grow_until_utilisation":1}`, Settings{}, "version is missing"},
		{"unknown mode", `{"version":"1","spawn_mode":"threads","grow_until_utilisation":1}`, Settings{}, "spawn_mode"},
		{"no bound", `{"version":"1","spawn_mode":"fork"}`, Settings{}, "grow_until_utilisation"},
		{"negative bound", `{"version":"1","spawn_mode":"fork","grow_until_utilisation":-1}`, Settings{}, "grow_until_utilisation"},
		{"unknown word", `{"version":"1","spawn_mode":"fork","grow_until_utilisation":"lots"}`, Settings{}, "grow_until_utilisation"},
		{"misspelt key", `{"version":"1","spawn_mode":"fork","grow_until_utilization":1}`, Settings{}, "unknown field"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := parse([]byte(test.content))
			if got != test.want {
				t.Errorf("parse = %+v, want %+v", got, test.want)
			}
			if (err == nil) != (test.wantErr == "") || err != nil && !strings.Contains(err.Error(), test.wantErr) {
				t.Errorf("error %v, want one with %q", err, test.wantErr)
			}
		})
	}
}

func TestLiveFollowsTheFileAndKeepsTheLastGoodValue(t *testing.T) {
	var logged bytes.Buffer
	log.SetOutput(&logged)
	defer log.SetOutput(os.Stderr)
	path := filepath.Join(t.TempDir(), "settings.json")
	modified := time.Unix(1700000000, 0)
	write := func(content string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		modified = modified.Add(time.Second)
		if err := os.Chtimes(path, modified, modified); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"version":"1","spawn_mode":"fork","grow_until_utilisation":0.1}`)
	s, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	live := Watch(path, s)

	for _, step := range []struct {
		name     string
		change   func()
		want     float64
		wantLogs int
	}{
		{"unchanged", func() {}, 0.1, 0},
		{"changed", func() { write(`{"version":"2","spawn_mode":"spawn","grow_until_utilisation":"unlimited"}`) }, math.Inf(1), 0},
		{"malformed", func() { write(`{`) }, math.Inf(1), 1},
		{"still malformed", func() {}, math.Inf(1), 1},
		{"gone", func() { os.Remove(path) }, math.Inf(1), 2},
		{"still gone", func() {}, math.Inf(1), 2},
		{"back", func() { write(`{"version":"2","spawn_mode":"spawn","grow_until_utilisation":0.5}`) }, 0.5, 2},
	} {
		step.change()
		live.Refresh()
		if got := live.GrowUntilUtilisation(); got != step.want {
			t.Errorf("%s: bound %v, want %v", step.name, got, step.want)
		}
		if got := strings.Count(logged.String(), "\n"); got != step.wantLogs {
			t.Errorf("%s: %d lines logged, want %d:\n%s", step.name, got, step.wantLogs, logged.String())
		}
	}
}
