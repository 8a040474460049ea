// Package units writes numbers for people: short, with their unit, of a width
// that does not change as they tick, and chooses the ticks of axes.
package units

// Format writes v in unit u, at most eight columns wide: "12.3 GiB", "842 /s",
// "-" for NaN. The empty unit is a plain number with SI prefixes.
func Format(v float64, u string) string { return FormatDecimals(v, u, -1) }
