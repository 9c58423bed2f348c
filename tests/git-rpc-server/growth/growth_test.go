package growth

import (
	"context"
	"fmt"
	"math"
	"os"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"git-rpc-server/spawn"
)

const mib, gib = 1 << 20, 1 << 30

func TestGrowTakesAddressSpaceAndNoMemory(t *testing.T) {
	var m Memory
	defer m.Release()
	sizeBefore, residentBefore := status(t, "VmSize"), status(t, "VmRSS")
	if err := m.Grow(gib); err != nil {
		t.Fatal(err)
	}
	if grown := status(t, "VmSize") - sizeBefore; grown < gib || grown > gib+64*mib {
		t.Errorf("VmSize grew by %d MiB, want 1024", grown/mib)
	}
	if grown := status(t, "VmRSS") - residentBefore; grown > 16*mib {
		t.Errorf("VmRSS grew by %d MiB, want next to nothing", grown/mib)
	}
	if tables := status(t, "VmPTE"); tables < 2*mib {
		t.Errorf("page tables take %d KiB, want 2 MiB for 1 GiB of 4 KiB pages", tables/1024)
	}
}

func TestSmallGrowthIsOwedUntilItMakesAMapping(t *testing.T) {
	var m Memory
	defer m.Release()
	for i := 0; i < 10; i++ {
		if err := m.Grow(mib); err != nil {
			t.Fatal(err)
		}
	}
	if m.Bytes() != 8*mib || len(m.mappings) != 2 {
		t.Errorf("%d bytes in %d mappings, want 8 MiB in 2", m.Bytes(), len(m.mappings))
	}
}

func TestGrowthStopsAtItsLimitAndWhileUtilisationIsHigh(t *testing.T) {
	for _, test := range []struct {
		name      string
		perSecond time.Duration // of forking
		until     float64
		wantMiB   int64
	}{
		{"idle up to the limit", 0, 0.15, 100},
		{"busy below the bound", 100 * time.Millisecond, 0.15, 100},
		{"busy at the bound", 150 * time.Millisecond, 0.15, 8}, // the first second has no utilisation yet
		{"unlimited", 2 * time.Second, math.Inf(1), 100},
		{"bound of zero", 0, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			var forking time.Duration
			g := &Growth{BytesPerSecond: 8 * mib, Limit: 100 * mib, Refresh: func() {},
				ForkingTime: func() time.Duration { return forking },
				Until:       func() float64 { return test.until }, Times: once}
			defer g.memory.Release()
			now := time.Unix(1700000000, 0)
			for second := 0; second < 60; second++ {
				g.step(now)
				now, forking = now.Add(time.Second), forking+test.perSecond
			}
			if got := g.memory.Bytes() / mib; got != test.wantMiB {
				t.Errorf("grown to %d MiB, want %d", got, test.wantMiB)
			}
		})
	}
}

func TestMemoryIsGivenBackWhileUtilisationIsWellAboveItsBound(t *testing.T) {
	var forking time.Duration
	g := &Growth{BytesPerSecond: 8 * mib, Limit: gib, Refresh: func() {},
		ForkingTime: func() time.Duration { return forking }, Until: func() float64 { return 0.15 }, Times: once}
	defer g.memory.Release()
	now := time.Unix(1700000000, 0)
	run := func(seconds int, perSecond time.Duration) {
		for second := 0; second < seconds; second++ {
			g.step(now)
			now, forking = now.Add(time.Second), forking+perSecond
		}
	}
	run(40, 100*time.Millisecond)
	if g.memory.Bytes() != 320*mib {
		t.Fatalf("grown to %d MiB, want 320", g.memory.Bytes()/mib)
	}
	run(windowSeconds, 200*time.Millisecond)
	held := g.memory.Bytes()
	run(10, 200*time.Millisecond)
	if given := held - g.memory.Bytes(); given != 80*mib {
		t.Errorf("%d MiB given back in 10 s at a utilisation of 0.2, want 80", given/mib)
	}
	run(2*windowSeconds, 155*time.Millisecond)
	held = g.memory.Bytes()
	run(10, 155*time.Millisecond)
	if g.memory.Bytes() != held {
		t.Errorf("from %d to %d MiB just above the bound, want neither growth nor shrinking", held/mib, g.memory.Bytes()/mib)
	}
}

func once() float64 { return 1 }

func TestGrowthGoesOnAsFastAsItIsToldWhenTheBoundIsLifted(t *testing.T) {
	until := 0.0
	g := &Growth{BytesPerSecond: 8 * mib, Limit: gib, ForkingTime: func() time.Duration { return 0 },
		Refresh: func() { until++ }, Until: func() float64 { return until - 1 }, Times: func() float64 { return until }}
	defer g.memory.Release()
	g.step(time.Unix(1700000000, 0))
	if g.memory.Bytes() != 0 {
		t.Fatalf("%d bytes under a bound of zero", g.memory.Bytes())
	}
	g.step(time.Unix(1700000001, 0))
	if g.memory.Bytes() != 2*8*mib {
		t.Errorf("%d bytes at twice the rate after the bound was lifted", g.memory.Bytes())
	}
}

func TestUtilisationForgetsAfterItsWindow(t *testing.T) {
	var w window
	now := time.Unix(1700000000, 0)
	var forking time.Duration
	for second := 0; second <= 2*windowSeconds; second++ {
		w.add(now, forking)
		now = now.Add(time.Second)
		if second < windowSeconds/2 {
			forking += 500 * time.Millisecond
		}
		if second == windowSeconds && math.Abs(w.value()-0.25) > 1e-9 {
			t.Errorf("utilisation %v, want 0.25: 20 forks of 25 ms in half of the seconds", w.value())
		}
	}
	if w.value() != 0 {
		t.Errorf("utilisation %v after a quiet window", w.value())
	}
}

func TestForkTimeGrowsWithMappedMemoryAndSpawnTimeDoesNot(t *testing.T) {
	var m Memory
	defer m.Release()
	took := map[string]time.Duration{}
	for _, size := range []int64{0, 256 * mib, gib} {
		if more := size - m.Bytes(); more > 0 {
			if err := m.Grow(more); err != nil {
				t.Fatal(err)
			}
		}
		for name, mode := range map[string]spawn.Mode{"fork": spawn.Fork, "spawn": spawn.Vfork} {
			took[fmt.Sprintf("%s at %d MiB", name, size/mib)] = medianForkingTime(t, mode)
		}
	}
	t.Log(took)
	if start, large := took["fork at 0 MiB"], took["fork at 1024 MiB"]; large < 4*start {
		t.Errorf("fork takes %v at 1 GiB and %v at start, want 4 times as much", large, start)
	}
	if spawn, fork := took["spawn at 1024 MiB"], took["fork at 1024 MiB"]; fork < 4*spawn {
		t.Errorf("at 1 GiB fork takes %v and spawn %v, want 4 times as much", fork, spawn)
	}
}

func medianForkingTime(t *testing.T, mode spawn.Mode) time.Duration {
	t.Helper()
	s, err := spawn.New(mode, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	var took []time.Duration
	for i := 0; i < 21; i++ {
		before := s.ForkingTime()
		if _, err := s.Run(context.Background(), spawn.Command{Path: "/bin/true", Name: "true"}); err != nil {
			t.Fatal(err)
		}
		took = append(took, s.ForkingTime()-before)
	}
	sort.Slice(took, func(i, j int) bool { return took[i] < took[j] })
	return took[len(took)/2]
}

// status reads a field of /proc/self/status, in bytes.
func status(t *testing.T, field string) int64 {
	t.Helper()
	content, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(content), "\n") {
		var kib int64
		if _, err := fmt.Sscanf(line, field+": %d kB", &kib); err == nil {
			return kib * 1024
		}
	}
	t.Fatalf("no %s in /proc/self/status", field)
	return 0
}
