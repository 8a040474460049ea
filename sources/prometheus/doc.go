// Package prometheus reads servers that speak Prometheus's HTTP API:
// Prometheus 2 and 3, Thanos, Mimir, VictoriaMetrics.
package prometheus
