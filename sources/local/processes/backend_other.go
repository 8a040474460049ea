//go:build !linux

package processes

func newBackend(o Options) backend { return newPortable(o) }
