package main

import (
	"fmt"
	"sort"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
)

// remembered is how many of the latest durations the percentiles are taken from.
const remembered = 8192

type tally struct {
	mutex     sync.Mutex
	durations []time.Duration // of answers that are no error, a ring once full
	answered  int
	dropped   int
	errors    map[codes.Code]int

	reportedDropped int
	reportedErrors  map[codes.Code]int
}

func (t *tally) drop() {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.dropped++
}

func (t *tally) book(took time.Duration, code codes.Code) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if code != codes.OK {
		if t.errors == nil {
			t.errors = map[codes.Code]int{}
		}
		t.errors[code]++
		return
	}
	if len(t.durations) < remembered {
		t.durations = append(t.durations, took)
	} else {
		t.durations[t.answered%remembered] = took
	}
	t.answered++
}

// errorsSinceLast is empty when there were none.
func (t *tally) errorsSinceLast() string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	line := describe(t.errors, t.reportedErrors, t.dropped-t.reportedDropped)
	t.reportedDropped = t.dropped
	t.reportedErrors = map[codes.Code]int{}
	for code, count := range t.errors {
		t.reportedErrors[code] = count
	}
	return line
}

func (t *tally) total() string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	line := fmt.Sprintf("%d answered", t.answered)
	if n := len(t.durations); n > 0 {
		sorted := append([]time.Duration(nil), t.durations...)
		sort.Slice(sorted, func(i, j int) bool { return sorted[i] < sorted[j] })
		line += fmt.Sprintf(", p50 %s p99 %s of the last %d", round(sorted[n/2]), round(sorted[n*99/100]), n)
	}
	if errors := describe(t.errors, nil, t.dropped); errors != "" {
		line += "; " + errors
	}
	return line
}

func round(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }

func describe(errors, before map[codes.Code]int, dropped int) string {
	var parts []string
	for code, count := range errors {
		if more := count - before[code]; more > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", more, code))
		}
	}
	sort.Strings(parts)
	if dropped > 0 {
		parts = append(parts, fmt.Sprintf("%d dropped, too many in flight", dropped))
	}
	if len(parts) == 0 {
		return ""
	}
	return "errors: " + strings.Join(parts, ", ")
}
