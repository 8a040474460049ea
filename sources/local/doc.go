// Package local is this machine as a Prometheus: node_exporter's collectors
// in-process, their samples in an embedded engine.
package local
