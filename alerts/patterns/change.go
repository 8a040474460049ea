package patterns

import (
	"cmp"
	"math"
	"slices"
	"time"

	"nightjar/sources"
)

// A Change is what became of a pattern since the window before.
type Change string

// The changes; docs/log-patterns.md has the thresholds.
const (
	ChangeNone    Change = ""
	ChangeNew     Change = "new"     // never seen before the window
	ChangeSurging Change = "surging" // at least SurgeFactor times as frequent, beyond chance
	ChangeQuiet   Change = "quiet"   // at most QuietFactor times as frequent, beyond chance
)

// The thresholds of a change.
const (
	SurgeFactor = 2.0
	QuietFactor = 0.25
	// SureScore is the score from which on a change is beyond chance: one in a hundred for all patterns together.
	SureScore = 2.0
)

// A SourceCount is how many lines of a pattern are a source's.
type SourceCount struct {
	Name  string
	Count uint64
}

// A Pattern is a template with its lines counted: a copy, which later lines do not change.
type Pattern struct {
	// ID is a hash of the template: 12 hexadecimal digits. It changes when the template
	// does; Former are the IDs that earlier snapshots gave the pattern, oldest first.
	ID       string
	Former   []string
	Template string // with <*> for what varies; text of the log: it may hold control characters

	Total       uint64 // lines, whenever they were
	Count       uint64 // lines in the window, and those without a time
	Before      uint64 // lines in the window before
	Rate        float64
	BeforeRate  float64 // lines a second; NaN: there is nothing before that could be compared
	Change      Change
	Factor      float64 // Rate by BeforeRate; +Inf after none; NaN if that cannot be compared
	Score       float64 // -log10 of the chance that a change like this is none, of all patterns; 0: it may be chance
	Spark       []uint32
	SparkNow    int           // the first of Spark that is of the window; those before are of the window before
	SparkStep   time.Duration // of each of Spark
	First, Last time.Time     // in UTC; zero: no line has a time

	Worst      sources.Severity
	Most       sources.Severity           // the lowest of the class that most lines are of; the worse of equals
	Severities [sources.Severities]uint64 // lines by Severity.Class
	Example    sources.LogLine            // the first of the worst lines, shortened; its Pos is where it stands
	Latest     sources.LogPos             // of the line that was added last,
	LatestFrom string                     // and its source
	Sources    []SourceCount              // most lines first
	Others     uint64                     // lines of further sources

	sel selector
}

// Preceding is the window before another, as long as it.
func Preceding(now sources.Window) sources.Window {
	return sources.Window{Start: now.Start.Add(-now.End.Sub(now.Start)), End: now.Start}
}

// Snapshot gives the patterns as they are, those first that a person on call
// should see: new errors, new and surging patterns that are beyond chance, those
// that went quiet, then the others; by score within the first three, then by
// count. Patterns with no line in either window are left out.
//
// Windows are counted in whole buckets: those that begin in them. The window
// before must not reach into the other; if it is zero, or nothing at all was said
// in it and Began is not known, nothing is compared. Time before the first line of all
// is no silence: it is left out of the window before if it is before Began, or, where
// that is not known, if five lines or more were to be expected in it.
func (m *Miner) Snapshot(now, before sources.Window) []Pattern {
	from, to := m.span(now)
	bFrom, bTo := m.span(before)
	heard := m.heard(bFrom, bTo)
	seconds := time.Duration(m.step).Seconds()
	var out []Pattern
	tested := 0
	for c := m.newest; c != nil; c = c.older {
		p := Pattern{
			Template: c.template.text, Total: c.total, BeforeRate: math.NaN(), Factor: math.NaN(),
			SparkStep: time.Duration(m.step), SparkNow: bTo - bFrom,
			Worst: c.worst, Most: most(&c.severities), Severities: c.severities,
			Example: c.example, Latest: c.latest, LatestFrom: c.latestSource, Others: c.others,
			Sources: slices.Clone(c.sources), sel: selector{c.shape, c.tokens, c.place},
		}
		p.Spark = append(m.counts(c, bFrom, bTo), m.counts(c, from, to)...)
		p.Count, p.Before = sum(p.Spark[p.SparkNow:])+c.undated, sum(p.Spark[:p.SparkNow])
		if p.Count+p.Before == 0 {
			continue
		}
		p.ID = c.tell()
		p.Former = c.former
		if c.dated {
			p.First, p.Last = time.Unix(0, c.first).UTC(), time.Unix(0, c.last).UTC()
		}
		slices.SortStableFunc(p.Sources, func(a, b SourceCount) int { return cmp.Compare(b.Count, a.Count) })
		dated := float64(p.Count - c.undated)
		ta, tb := float64(to-from)*seconds, float64(bTo-heard)*seconds
		if ta > 0 {
			p.Rate = dated / ta
		}
		if heard < bTo && ta > 0 && c.dated {
			tested++
			p.BeforeRate = float64(p.Before) / tb
			p.Factor = dated / float64(p.Before) * (tb / ta)
			spread := dispersion(p.Spark[heard-bFrom : p.SparkNow])
			p.Score = -compareRates(dated/spread, ta, float64(p.Before)/spread, tb) / math.Ln10
			if dated > 0 && c.first >= m.start+int64(from)*m.step {
				p.Change = ChangeNew
			}
		}
		out = append(out, p)
	}
	for i := range out {
		out[i].judge(tested)
	}
	slices.SortFunc(out, func(a, b Pattern) int {
		x, y := a.group(), b.group()
		order := cmp.Compare(x, y)
		if x < restGroup {
			order = cmp.Or(order, cmp.Compare(b.Score, a.Score))
		}
		return cmp.Or(order, cmp.Compare(b.Count, a.Count), cmp.Compare(b.Before, a.Before), cmp.Compare(a.Template, b.Template), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// judge corrects the score for how many patterns were tested (Bonferroni: each
// p-value times their number), and says what changed.
func (p *Pattern) judge(tested int) {
	p.Score = max(0, p.Score-math.Log10(float64(max(1, tested))))
	switch {
	case p.Change == ChangeNew || p.Score < SureScore:
	case p.Factor >= SurgeFactor:
		p.Change = ChangeSurging
	case p.Factor <= QuietFactor:
		p.Change = ChangeQuiet
	}
}

const restGroup = 3

// group is where a pattern stands in the order of Snapshot.
func (p *Pattern) group() int {
	switch {
	case p.Change == ChangeNew && p.Worst >= sources.SeverityError:
		return 0
	case p.Change == ChangeSurging, p.Change == ChangeNew && p.Score >= SureScore:
		return 1
	case p.Change == ChangeQuiet:
		return 2
	}
	return restGroup
}

// span is the buckets that begin in a window.
func (m *Miner) span(w sources.Window) (from, to int) {
	if m.step == 0 || !w.End.After(w.Start) {
		return 0, 0
	}
	at := func(t time.Time) int {
		n := t.UnixNano() - m.start
		return int(min(max(0, (n+m.step-1)/m.step), int64(m.o.Buckets)))
	}
	return at(w.Start), at(w.End)
}

// heard is the first bucket of a window from which on there is a log: that of Began
// if it is known, else the first of all, unless so many are empty before the earliest line that it began later; to if
// there is no line.
func (m *Miner) heard(from, to int) int {
	if m.step != 0 && !m.o.Began.IsZero() {
		first := (m.o.Began.UnixNano() - m.start) / m.step
		return int(min(max(int64(from), first), int64(to)))
	}
	if m.first == 0 || m.step == 0 {
		return to
	}
	first := min(max(from, int((m.first-m.start)/m.step)), to)
	if first == to {
		return to
	}
	lines := uint64(0)
	for c := m.newest; c != nil; c = c.older {
		lines += sum(m.counts(c, from, to))
	}
	if float64(lines)*float64(first-from)/float64(to-first) > expected {
		return first
	}
	return from
}

// expected is how many lines make a silence before the first line no chance: exp(-5) is under one in a hundred.
const expected = 5

// counts copies buckets.
func (m *Miner) counts(c *cluster, from, to int) []uint32 {
	out := make([]uint32, 0, to-from)
	for i := from; i < to; i++ {
		out = append(out, c.buckets[(m.head+i)%m.o.Buckets])
	}
	return out
}

func sum(counts []uint32) uint64 {
	n := uint64(0)
	for _, c := range counts {
		n += uint64(c)
	}
	return n
}

// tell is the pattern's ID, which is kept from now on.
func (c *cluster) tell() string {
	id := c.template.id()
	if c.told != id {
		c.wasCalled(c.told)
		c.told = id
	}
	return id
}

// most is the class that most lines are of, as its lowest severity.
func most(counts *[sources.Severities]uint64) sources.Severity {
	class := 0
	for i, n := range counts {
		if n >= counts[class] {
			class = i
		}
	}
	if class == 0 {
		return sources.SeverityUnknown
	}
	return sources.Severity(class*4 - 3) //nolint:gosec // at most 21
}

// earliest is when the first bucket begins that counts a line; 0 if none does.
func (m *Miner) earliest() int64 {
	for i := range m.o.Buckets {
		for c := m.newest; c != nil; c = c.older {
			if c.buckets[(m.head+i)%m.o.Buckets] > 0 {
				return m.start + int64(i)*m.step
			}
		}
	}
	return 0
}
