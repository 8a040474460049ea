//go:build !linux

package local

import "nightjar/sources/local/psutil"

// machine is what gopsutil can tell: node_exporter's collectors need cgo here.
func machine(o Options) ([]probe, tables) {
	probes, tables := processesAndSessions(o)
	for _, c := range psutil.Collectors() {
		probes = append(probes, fromPsutil(c))
	}
	return probes, tables
}
