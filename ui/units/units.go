// Package units writes numbers for people: short, with their unit, of a width
// that does not change as they tick, and chooses the ticks of axes.
//
// Units go by Grafana's names ("bytes", "percentunit", "reqps" ...). An unknown
// name is kept as a suffix ("cores"), so a board may name what it counts.
//
// It guarantees: no text is wider than MaxWidth columns, whatever the value; a
// number has three significant digits, so within a magnitude its width stays
// and it may be right-aligned; NaN is "-", never a number.
//
// Prefixes: SI (k M G T P E, powers of 1000) and IEC 80000-13 (Ki Mi Gi ...,
// powers of 1024). All functions are pure and safe for concurrent use.
package units

import "slices"

// MaxWidth is the most columns that a formatted value takes.
const MaxWidth = 24

// maxSuffix bounds a unit that is only a suffix.
const maxSuffix = 10

// A scale is how a unit's numbers grow.
type scale uint8

const (
	plain    scale = iota // no prefixes
	si                    // powers of 1000, upwards
	siSmall               // and downwards: mV
	iec                   // powers of 1024, upwards
	percent               // a hundredth
	duration              // of factor seconds
	date                  // milliseconds since 1970
	boolean               // yes and no
)

// A unit is how values of one name are written.
type unit struct {
	name   string
	suffix string
	scale  scale
	factor float64 // of a value of 1, in the base unit
	whole  bool    // whole numbers are counts: no digits after the point
}

// table lists every known unit, sorted by name.
var table = [...]unit{
	{"Bps", "B/s", si, 1, true},
	{"binBps", "B/s", iec, 1, true},
	{"bits", "b", si, 1, true},
	{"bool_yes_no", "", boolean, 1, false},
	{"bps", "b/s", si, 1, true},
	{"bytes", "B", iec, 1, true},
	{"celsius", "°C", plain, 1, false},
	{"cps", "c/s", si, 1, false},
	{"dateTimeAsIso", "", date, 1, false},
	{"decbytes", "B", si, 1, true},
	{"dtdurations", "", duration, 1, false},
	{"hertz", "Hz", si, 1, false},
	{"iops", "io/s", si, 1, false},
	{"ms", "", duration, 1e-3, false},
	{"none", "", plain, 1, true},
	{"ns", "", duration, 1e-9, false},
	{"opm", "ops/m", si, 1, false},
	{"ops", "ops/s", si, 1, false},
	{"percent", "%", percent, 1, false},
	{"percentunit", "%", percent, 100, false},
	{"pps", "p/s", si, 1, false},
	{"reqps", "req/s", si, 1, false},
	{"rpm", "rpm", plain, 1, false},
	{"s", "", duration, 1, false},
	{"short", "", si, 1, true},
	{"us", "", duration, 1e-6, false},
	{"volt", "V", siSmall, 1, false},
	{"watt", "W", siSmall, 1, false},
}

// lookup finds a unit; an unknown name is its own suffix.
func lookup(name string) unit {
	if name == "" {
		name = "short"
	}
	for i := range table {
		if table[i].name == name {
			return table[i]
		}
	}
	return unit{name: name, suffix: short(name), scale: si, factor: 1, whole: true}
}

// short cuts a suffix to maxSuffix runes.
func short(s string) string {
	n := 0
	for i := range s {
		if n == maxSuffix {
			return s[:i]
		}
		n++
	}
	return s
}

// Known reports whether u is a unit by name, not merely a suffix. Empty is known.
func Known(u string) bool {
	return u == "" || slices.ContainsFunc(table[:], func(x unit) bool { return x.name == u })
}

// List names every known unit, sorted.
func List() []string {
	names := make([]string, len(table))
	for i := range table {
		names[i] = table[i].name
	}
	return names
}

// Full is the value in unit u that is "all of it": 100 for percent, 1 for
// percentunit; ok is false for units that have no such value.
func Full(u string) (full float64, ok bool) {
	switch u {
	case "percent":
		return 100, true
	case "percentunit":
		return 1, true
	}
	return 0, false
}
