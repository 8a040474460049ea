//go:build !linux

package local

// machine has nothing to read yet where there is no /proc; see package psutil.
func machine(Options) ([]probe, tables) { return nil, tables{} }
