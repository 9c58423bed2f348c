package spawn

import (
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	forkingTime   prometheus.Histogram
	waitingTime   prometheus.Histogram
	waitingLength prometheus.Gauge
	timeouts      prometheus.Counter
	running       prometheus.Gauge

	cpuSeconds      *prometheus.CounterVec
	realSeconds     *prometheus.CounterVec
	minorFaults     *prometheus.CounterVec
	majorFaults     *prometheus.CounterVec
	contextSwitches *prometheus.CounterVec
}

func newMetrics(registry prometheus.Registerer) *metrics {
	perCommand := func(name, help string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help},
			[]string{"grpc_service", "grpc_method", "cmd", "subcmd"})
	}
	m := &metrics{
		forkingTime: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "gitaly_spawn_forking_time_seconds",
			Help:    "Histogram of time spent starting a process, holding the lock",
			Buckets: []float64{.0005, .001, .002, .005, .01, .02, .035, .05, .075, .1, .15, .25, .5, 1, 2.5},
		}),
		waitingTime: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "gitaly_spawn_waiting_time_seconds",
			Help:    "Histogram of time spent waiting for a turn to start a process",
			Buckets: []float64{.001, .005, .025, .1, .5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600},
		}),
		waitingLength: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "gitaly_spawn_token_waiting_length",
			Help: "Number of process starts waiting for their turn",
		}),
		timeouts: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "gitaly_spawn_timeouts_total",
			Help: "Number of process starts whose caller had given up before they happened",
		}),
		running: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "gitaly_commands_running",
			Help: "Number of processes currently running",
		}),
		cpuSeconds:      perCommand("gitaly_command_cpu_seconds_total", "CPU time of exited processes"),
		realSeconds:     perCommand("gitaly_command_real_seconds_total", "Wall time of exited processes"),
		minorFaults:     perCommand("gitaly_command_minor_page_faults_total", "Minor page faults of exited processes"),
		majorFaults:     perCommand("gitaly_command_major_page_faults_total", "Major page faults of exited processes"),
		contextSwitches: perCommand("gitaly_command_context_switches_total", "Context switches of exited processes"),
	}
	registry.MustRegister(m.forkingTime, m.waitingTime, m.waitingLength, m.timeouts, m.running)
	for _, vector := range m.vectors() {
		registry.MustRegister(vector)
	}
	return m
}

func (m *metrics) vectors() []*prometheus.CounterVec {
	return []*prometheus.CounterVec{m.cpuSeconds, m.realSeconds, m.minorFaults, m.majorFaults, m.contextSwitches}
}

// labels splits "/service/method"; a child that no RPC asked for has neither.
func labels(fullMethod string, c Command) []string {
	service, method := "", ""
	if i := strings.LastIndexByte(fullMethod, '/'); i > 0 {
		service, method = strings.TrimPrefix(fullMethod[:i], "/"), fullMethod[i+1:]
	}
	return []string{service, method, c.Name, c.Subcommand}
}

func (m *metrics) book(fullMethod string, c Command, state *os.ProcessState, real time.Duration) {
	values := labels(fullMethod, c)
	m.cpuSeconds.WithLabelValues(values...).Add((state.UserTime() + state.SystemTime()).Seconds())
	m.realSeconds.WithLabelValues(values...).Add(real.Seconds())
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		m.minorFaults.WithLabelValues(values...).Add(float64(usage.Minflt))
		m.majorFaults.WithLabelValues(values...).Add(float64(usage.Majflt))
		m.contextSwitches.WithLabelValues(values...).Add(float64(usage.Nvcsw + usage.Nivcsw))
	}
}
