package patterns

import (
	"cmp"
	"math"
	"strconv"
	"strings"
	"time"

	"nightjar/sources"
)

// A Record is a pattern as `nightjar logs patterns -o json` writes it.
type Record struct {
	ID          string     `json:"id"`
	Template    string     `json:"template"`
	Count       uint64     `json:"count"`
	Rate        float64    `json:"rate"`         // lines a second
	BeforeCount *uint64    `json:"before_count"` // null: there is nothing to compare with
	Change      Change     `json:"change"`       // "new", "surging", "quiet" or ""
	Factor      *float64   `json:"factor"`       // null: nothing before
	Score       float64    `json:"score"`        // -log10 of the corrected p-value
	Severity    string     `json:"severity"`     // the worst
	FirstSeen   *time.Time `json:"first_seen"`
	LastSeen    *time.Time `json:"last_seen"`
	Example     string     `json:"example"` // as it was written
	Sources     []string   `json:"sources"` // most lines first
	Filter      string     `json:"filter"`  // a regular expression that selects the lines
}

// Record is the pattern for JSON. Bytes of the log that are no UTF-8 become U+FFFD.
func (p *Pattern) Record() Record {
	r := Record{
		ID: p.ID, Template: p.Template, Count: p.Count, Rate: p.Rate, Change: p.Change, Score: math.Round(p.Score*1e4) / 1e4,
		Severity: p.Worst.String(), Example: strings.ToValidUTF8(p.Example.Raw, "\ufffd"),
		Sources: make([]string, 0, len(p.Sources)), Filter: p.sel.expression(),
	}
	if p.Compared() {
		r.BeforeCount = &p.Before
	}
	if !math.IsNaN(p.Factor) && !math.IsInf(p.Factor, 0) {
		r.Factor = &p.Factor
	}
	if !p.First.IsZero() {
		r.FirstSeen, r.LastSeen = &p.First, &p.Last
	}
	for _, s := range p.Sources {
		if s.Name != "" {
			r.Sources = append(r.Sources, s.Name)
		}
	}
	return r
}

// sparkWidth is how many cells the sparkline of a table has.
const sparkWidth = 16

// Table is the patterns as lines of text, a head first: what changed, the count and
// the rate of the window, the count of the window before, the factor of the rates,
// the worst severity, both windows as a sparkline with a bar between them, and the
// template. fit is the gate for text of the log: it makes control characters visible
// and cuts to a number of cells, unless that is 0. width is that of a line; 0 cuts
// nothing. ascii draws in 7 bits.
func Table(ps []Pattern, width int, ascii bool, fit func(text string, cells int) string) []string {
	head := []string{"CHANGE", "COUNT", "RATE", "BEFORE", "FACTOR", "LEVEL", "BEFORE|NOW", ""}
	right := []bool{false, true, true, true, true, false, false, false}
	rows := make([][]string, 0, len(ps)+1)
	rows = append(rows, head)
	for i := range ps {
		rows = append(rows, ps[i].cells(ascii))
	}
	wide := make([]int, len(head))
	for _, row := range rows {
		for i, cell := range row {
			wide[i] = max(wide[i], len([]rune(cell)))
		}
	}
	lines := make([]string, 0, len(rows))
	for at, row := range rows {
		var b strings.Builder
		used := 0
		for i, cell := range row {
			if wide[i] == 0 {
				continue
			}
			pad := strings.Repeat(" ", wide[i]-len([]rune(cell)))
			if right[i] {
				b.WriteString(pad + cell + "  ")
			} else {
				b.WriteString(cell + pad + "  ")
			}
			used += wide[i] + 2
		}
		text := "PATTERN"
		if at > 0 {
			text = ps[at-1].Template
			if text == "" {
				text = "(empty lines)"
			}
		}
		if width > 0 { // a narrow terminal cuts the template, never to less than its beginning
			text = fit(text, max(leastTemplate, width-used))
		} else {
			text = fit(text, 0)
		}
		lines = append(lines, b.String()+text)
	}
	return lines
}

const leastTemplate = 20 // cells

// cells are the columns of a table before the template; none has text of the log.
func (p *Pattern) cells(ascii bool) []string {
	before, factor := "-", "-"
	if p.Compared() {
		before = strconv.FormatUint(p.Before, 10)
		factor = cmp.Or(p.FactorText(), factor)
	}
	level := p.Worst.String()
	if p.Worst == sources.SeverityUnknown {
		level = "-"
	}
	return []string{
		string(p.Change), strconv.FormatUint(p.Count, 10), p.RateText(), before, factor, level,
		sparkline(p.Spark, p.SparkNow, ascii),
	}
}

// Compared reports whether there is a window before to hold the pattern against.
func (p *Pattern) Compared() bool { return !math.IsNaN(p.BeforeRate) }

// Summary counts patterns for a person: "214 patterns, 3 new, 1 surging".
func Summary(ps []Pattern) string {
	n := map[Change]int{}
	for i := range ps {
		n[ps[i].Change]++
	}
	text := strconv.Itoa(len(ps)) + " patterns"
	if len(ps) == 1 {
		text = "1 pattern"
	}
	for _, c := range [...]Change{ChangeNew, ChangeSurging, ChangeQuiet} {
		if n[c] > 0 {
			text += ", " + strconv.Itoa(n[c]) + " " + string(c)
		}
	}
	return text
}

// FactorText is the factor for a person, such as "x12"; "" if there is none.
func (p *Pattern) FactorText() string {
	switch {
	case math.IsNaN(p.Factor) || math.IsInf(p.Factor, 0):
		return ""
	case p.Factor >= 10:
		return "x" + strconv.FormatFloat(p.Factor, 'f', 0, 64)
	}
	return "x" + strconv.FormatFloat(p.Factor, 'g', 2, 64)
}

// RateText is the rate for a person, by the second, the minute or the hour: the
// first of which there is one line; "-" where there is none.
func (p *Pattern) RateText() string {
	per, unit := p.Rate, "/s"
	switch {
	case p.Rate == 0:
		return "-"
	case p.Rate < 1.0/60:
		per, unit = p.Rate*3600, "/h"
	case p.Rate < 1:
		per, unit = p.Rate*60, "/min"
	}
	digits := 0
	if per < 9.95 {
		digits = 1
	}
	return strings.TrimSuffix(strconv.FormatFloat(per, 'f', digits, 64), ".0") + unit
}

// sparkline draws counts in sparkWidth cells, scaled to the highest of both
// windows, with a bar where the window begins; "" without counts over time.
func sparkline(counts []uint32, now int, ascii bool) string {
	if len(counts) == 0 {
		return ""
	}
	cells := make([]uint64, sparkWidth)
	top := uint64(0)
	for i, n := range counts {
		c := &cells[i*sparkWidth/len(counts)]
		*c += uint64(n)
		top = max(top, *c)
	}
	var b strings.Builder
	for i, n := range cells {
		if now > 0 && i == (now*sparkWidth+len(counts)-1)/len(counts) {
			b.WriteByte('|')
		}
		if n == 0 {
			b.WriteByte(' ')
			continue
		}
		blocks := []rune("▁▂▃▄▅▆▇█")
		if ascii {
			blocks = []rune("...:::##")
		}
		b.WriteRune(blocks[(n*8-1)/top])
	}
	return b.String()
}
