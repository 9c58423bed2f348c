package growth

import (
	"context"
	"log"
	"time"
)

// windowSeconds is the time over which utilisation is taken: long enough to hold a few hundred forks.
const windowSeconds = 30

// slack is how far utilisation may pass its bound before memory is given back: fork time is wall-clock time, so
// whatever else the machine does moves it by some percent.
const slack = 1.1

// Growth adds BytesPerSecond, Times over, each second, up to Limit, while utilisation is below Until, and gives as much
// back while it is well above: a bounded server keeps to its bound on a busy machine too.
type Growth struct {
	BytesPerSecond int64
	Limit          int64
	ForkingTime    func() time.Duration // cumulative
	Refresh        func()               // called each second, before Until
	Until          func() float64
	Times          func() float64

	memory      Memory
	utilisation window
	failed      bool
}

// Run grows until ctx ends.
func (g *Growth) Run(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			g.step(now)
		}
	}
}

func (g *Growth) step(now time.Time) {
	g.Refresh()
	g.utilisation.add(now, g.ForkingTime())
	rate := int64(float64(g.BytesPerSecond) * g.Times())
	if g.utilisation.value() > slack*g.Until() {
		g.memory.Shrink(rate)
		return
	}
	room := g.Limit - g.memory.Bytes()
	if g.failed || rate <= 0 || room < minMapping || g.utilisation.value() >= g.Until() {
		return
	}
	bytes := rate
	if bytes+g.memory.owed > room {
		bytes = room - g.memory.owed
	}
	if err := g.memory.Grow(bytes); err != nil {
		g.failed = true
		log.Printf("growth stops at %d bytes: %v", g.memory.Bytes(), err)
	}
}

type sample struct {
	at      time.Time
	forking time.Duration
}

// window holds the samples of the last windowSeconds. Fork rate times mean fork time is the time spent
// forking, over the time in which it was spent.
type window struct {
	samples []sample
}

func (w *window) add(at time.Time, forking time.Duration) {
	w.samples = append(w.samples, sample{at, forking})
	if len(w.samples) > windowSeconds+1 {
		w.samples = w.samples[1:]
	}
}

func (w *window) value() float64 {
	if len(w.samples) < 2 {
		return 0
	}
	first, last := w.samples[0], w.samples[len(w.samples)-1]
	return (last.forking - first.forking).Seconds() / last.at.Sub(first.at).Seconds()
}
