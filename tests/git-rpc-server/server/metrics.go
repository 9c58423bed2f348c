package server

import (
	"net/http"
	"net/http/pprof"
	"os"
	"time"

	grpcprometheus "github.com/grpc-ecosystem/go-grpc-prometheus"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

func newRegistry(version, gitVersion string) *prometheus.Registry {
	buildInfo := prometheus.NewGauge(prometheus.GaugeOpts{
		Name:        "gitlab_build_info",
		Help:        "Current build info for this GitLab Service",
		ConstLabels: prometheus.Labels{"version": version, "built": built(), "git_version": gitVersion},
	})
	buildInfo.Set(1)
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		buildInfo)
	return registry
}

// built is when the executable was made.
func built() string {
	var at time.Time
	if path, err := os.Executable(); err == nil {
		if info, err := os.Stat(path); err == nil {
			at = info.ModTime()
		}
	}
	return at.UTC().Format("20060102.150405")
}

func newServerMetrics(registry prometheus.Registerer) *grpcprometheus.ServerMetrics {
	metrics := grpcprometheus.NewServerMetrics()
	metrics.EnableHandlingTimeHistogram(grpcprometheus.WithHistogramBuckets(
		[]float64{.001, .005, .025, .1, .5, 1, 10, 30, 60, 300, 1500}))
	registry.MustRegister(metrics)
	return metrics
}

func metricsHandler(registry *prometheus.Registry) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/metrics", promhttp.InstrumentMetricHandler(registry,
		promhttp.HandlerFor(registry, promhttp.HandlerOpts{Registry: registry})))
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}
