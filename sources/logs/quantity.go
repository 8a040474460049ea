package logs

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"nightjar/sources"
)

type quantityKind uint8

const (
	plainNumber quantityKind = iota
	duration                 // in seconds
	byteSize                 // in bytes
)

// A quantity is a number, with what it counts.
type quantity struct {
	kind  quantityKind
	value float64
}

type unit struct {
	kind  quantityKind
	value float64
}

var units = map[string]unit{
	"ns": {duration, 1e-9}, "us": {duration, 1e-6}, "µs": {duration, 1e-6}, "μs": {duration, 1e-6},
	"ms": {duration, 1e-3}, "s": {duration, 1}, "m": {duration, 60}, "h": {duration, 3600},
	"d": {duration, 86400}, "w": {duration, 7 * 86400},
	"B": {byteSize, 1}, "kB": {byteSize, 1e3}, "KB": {byteSize, 1e3}, "MB": {byteSize, 1e6},
	"GB": {byteSize, 1e9}, "TB": {byteSize, 1e12},
	"Ki": {byteSize, 1 << 10}, "Mi": {byteSize, 1 << 20}, "Gi": {byteSize, 1 << 30}, "Ti": {byteSize, 1 << 40},
	"KiB": {byteSize, 1 << 10}, "MiB": {byteSize, 1 << 20}, "GiB": {byteSize, 1 << 30}, "TiB": {byteSize, 1 << 40},
}

// parseQuantity reads 12, -1.5e3, 250ms, 1m30s, 10MB or "4 KiB".
func parseQuantity(text string) (quantity, bool) {
	negative := strings.HasPrefix(text, "-")
	rest := text
	if negative || strings.HasPrefix(text, "+") {
		rest = text[1:]
	}
	var sum quantity
	for first := true; first || rest != ""; first = false {
		n := numberLen(rest)
		value, err := strconv.ParseFloat(rest[:n], 64)
		if n == 0 || err != nil {
			return quantity{}, false
		}
		rest = rest[n:]
		if first && rest == "" {
			sum.value = value
			break
		}
		if first {
			rest = strings.TrimPrefix(rest, " ")
		}
		name := rest[:unitLen(rest)]
		u, ok := units[name]
		if !ok || !first && (u.kind != duration || sum.kind != duration) {
			return quantity{}, false
		}
		sum.kind = u.kind
		sum.value += value * u.value
		rest = rest[len(name):]
	}
	if negative {
		sum.value = -sum.value
	}
	return sum, true
}

// numberLen is how many bytes the unsigned decimal number takes that text begins with.
func numberLen(text string) int {
	digits := func(i int) int {
		for i < len(text) && '0' <= text[i] && text[i] <= '9' {
			i++
		}
		return i
	}
	n := digits(0)
	if n < len(text) && text[n] == '.' {
		n = digits(n + 1)
	}
	if n > 0 && n < len(text) && (text[n] == 'e' || text[n] == 'E') {
		e := n + 1
		if e < len(text) && (text[e] == '+' || text[e] == '-') {
			e++
		}
		if end := digits(e); end > e {
			return end
		}
	}
	return n
}

func unitLen(text string) int {
	if i := strings.IndexAny(text, "0123456789."); i >= 0 {
		return i
	}
	return len(text)
}

// compare orders a field's value against q. Only like is comparable with like, and
// a bare number with a size, as bytes.
func (q quantity) compare(text string) (order int, ok bool) {
	got, ok := parseQuantity(text)
	sizes := (got.kind == byteSize || got.kind == plainNumber) && (q.kind == byteSize || q.kind == plainNumber)
	if !ok || got.kind != q.kind && !sizes {
		return 0, false
	}
	switch {
	case got.value < q.value:
		return -1, true
	case got.value > q.value:
		return 1, true
	}
	return 0, true
}

// A levelBand is what severities a name or a number of a severity stands for.
type levelBand struct {
	name   string
	lo, hi sources.Severity
}

// parseLevel reads the name of a severity, or OpenTelemetry's number of one.
func parseLevel(text string) (levelBand, bool) {
	if s := levelWord(text); s != sources.SeverityUnknown {
		low := sources.Severity(4*(s.Class()-1) + 1) //nolint:gosec // at most 21
		return levelBand{name: s.String(), lo: low, hi: low + 3}, true
	}
	if unknown := sources.SeverityUnknown.String(); strings.EqualFold(text, unknown) {
		return levelBand{name: unknown}, true
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 24 {
		return levelBand{}, false
	}
	return levelBand{name: strconv.Itoa(n), lo: sources.Severity(n), hi: sources.Severity(n)}, true
}

// test compares a severity; one that is unknown is neither above nor below any.
func (b levelBand) test(op sources.LogOp, s sources.Severity) bool {
	if s == sources.SeverityUnknown && b.hi != s {
		return false
	}
	switch op {
	case sources.LogLess:
		return s < b.lo
	case sources.LogLessEqual:
		return s <= b.hi
	case sources.LogGreater:
		return s > b.hi
	case sources.LogGreaterEqual:
		return s >= b.lo
	}
	return b.lo <= s && s <= b.hi
}

// parseWhen reads a moment: RFC 3339, a date with or without a time, a time of
// day (the last one that was), "now", or "-5m" before it.
func parseWhen(text string, now time.Time, zone *time.Location) (time.Time, error) {
	if text == "now" {
		return now, nil
	}
	if back, ok := parseQuantity(text); ok && back.kind == duration && back.value <= 0 && back.value > -math.MaxInt64/1e9 {
		return now.Add(time.Duration(back.value * float64(time.Second))), nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, nil
		}
	}
	for _, layout := range []string{time.TimeOnly, "15:04"} {
		if t, err := time.Parse(layout, text); err == nil {
			y, m, d := now.In(zone).Date()
			at := time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone)
			if at.After(now) {
				at = time.Date(y, m, d-1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone)
			}
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("time: %q is not a time; write one such as 2026-11-24T03:12:00Z, 03:12 or -5m", text)
}
