package feed

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"nightjar/sources"
)

// A run is lines of one part in one direction away from the anchor.
type run struct {
	lines []sources.LogLine
	more  bool
	err   error
}

// read makes the page around the request's anchor.
func read(ctx context.Context, parts []*part, req *Request, now time.Time) *Page {
	n := len(parts)
	runs := make([]run, 2*n) // back, then on, of each part
	var wg sync.WaitGroup
	for i, p := range parts {
		if p.waits(now) {
			runs[i].lines, runs[i].more, _ = p.held(req)
			continue
		}
		wg.Add(1)
		go func() {
			defer wg.Done()
			runs[i] = p.back(ctx, req, now)
			if req.Anchor != (Anchor{}) && runs[i].err == nil {
				runs[n+i] = p.on(ctx, req, last(runs[i].lines), now)
			}
		}()
	}
	wg.Wait()
	before, left := merge(runs[:n], req.Before, parts, -1)
	after, right := merge(runs[n:], req.After, parts, 1)
	slices.Reverse(before)
	page := &Page{
		Lines: append(before, after...), At: len(before) - 1,
		First: !left, Last: !right, Read: now,
	}
	describe(page, parts)
	if req.Anchor == (Anchor{}) {
		page.addDown()
		page.At = len(page.Lines) - 1
	}
	return page
}

// held gives what a part that is left alone had at the end.
func (p *part) held(req *Request) ([]sources.LogLine, bool, bool) {
	if req.Anchor != (Anchor{}) {
		return nil, false, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	from := max(len(p.recent)-req.Before, 0)
	lines := slices.Clone(p.recent[from:])
	slices.Reverse(lines)
	return lines, from > 0 || !p.whole, true
}

// back reads lines up to the anchor's, newest first.
func (p *part) back(ctx context.Context, req *Request, now time.Time) run {
	q := sources.LogQuery{Terms: req.Terms, Limit: req.Before}
	a := req.Anchor
	newest := a == Anchor{}
	switch {
	case a.First:
		return run{}
	case newest:
		if lines, more, ok := p.newest(req.Before); ok {
			return run{lines: lines, more: more}
		}
	case a.Source == p.name && a.Pos != (sources.LogPos{}):
		q.Before = sources.LogPos{Major: a.Pos.Major, Minor: a.Pos.Minor + 1} // with the line itself
	default:
		q.End = a.Time
	}
	lines, more, err := p.search(ctx, q, newest, now)
	if err != nil && newest {
		lines, more, _ = p.held(req)
	}
	return run{lines, more, err}
}

// last is the position of the line that lines, newest first, begin with; zero if there is none.
func last(lines []sources.LogLine) sources.LogPos {
	for i := range lines {
		if lines[i].Lost == 0 {
			return lines[i].Pos
		}
	}
	return sources.LogPos{}
}

// on reads lines after the anchor's, oldest first. before is the last one up to
// it: what follows that one is found at once, where a time may have to be looked for
// in all of a file.
func (p *part) on(ctx context.Context, req *Request, before sources.LogPos, now time.Time) run {
	if req.After <= 0 {
		return run{more: true}
	}
	q := sources.LogQuery{Terms: req.Terms, Limit: req.After, Forward: true}
	switch a := req.Anchor; {
	case a.First:
	case a.Source == p.name && a.Pos != (sources.LogPos{}):
		q.After = a.Pos
	case before != (sources.LogPos{}):
		q.After = before
	default:
		q.Start = a.Time.Add(1)
	}
	lines, more, err := p.search(ctx, q, false, now)
	if !q.Start.IsZero() { // what has no time is before every time
		lines = slices.DeleteFunc(lines, func(l sources.LogLine) bool { return l.Time.IsZero() })
	}
	return run{lines, more, err}
}

// merge takes up to limit lines of all runs in the order of their times; lines
// of one run stay in theirs. dir is -1 for newest first. more reports whether some were left.
func merge(runs []run, limit int, parts []*part, dir int) (out []sources.LogLine, more bool) {
	at := make([]int, len(runs))
	for _, r := range runs {
		more = more || r.more
	}
	for len(out) < limit {
		best := -1
		for i := range runs {
			if at[i] == len(runs[i].lines) {
				if runs[i].more && at[i] > 0 {
					return out, true // what would come next is not known: the page ends here
				}
				continue
			}
			if best < 0 || dir*runs[i].lines[at[i]].Time.Compare(runs[best].lines[at[best]].Time) < 0 {
				best = i
			}
		}
		if best < 0 {
			return out, more
		}
		l := runs[best].lines[at[best]]
		l.Source = parts[best].name
		out = append(out, l)
		at[best]++
	}
	for i := range runs {
		more = more || at[i] < len(runs[i].lines)
	}
	return out, more
}

// describe says how lines were read and how the parts are doing.
func describe(page *Page, parts []*part) {
	var formats []string
	known := true
	for _, p := range parts {
		p.mu.Lock()
		page.Parts = append(page.Parts, p.state)
		page.Total += p.total
		known = known && p.total > 0
		page.Notes = append(page.Notes, p.notes...)
		if p.format != "" && !slices.Contains(formats, p.format) {
			formats = append(formats, p.format)
		}
		p.mu.Unlock()
	}
	if !known {
		page.Total = 0
	}
	page.Format = strings.Join(formats, " + ")
}

// addDown puts a gap at the end for each part that cannot be read, so that
// silence is not taken for quiet.
func (p *Page) addDown() {
	for _, s := range p.Parts {
		if s.Err == nil {
			continue
		}
		p.Lines = append(p.Lines, sources.LogLine{
			Time: s.Since, Source: s.Source, Lost: -1,
			Body: fmt.Sprintf("nothing since %s: %v", s.Since.Format(time.TimeOnly), s.Err),
		})
	}
}

// find looks for the next line of the parts that passes, from the anchor on.
func find(ctx context.Context, parts []*part, req *Request, now time.Time) *Found {
	found := &Found{Seq: req.Find.Seq}
	terms := append(slices.Clone(req.Terms), req.Find.Terms...)
	for _, p := range parts {
		q := sources.LogQuery{Terms: terms, Limit: 2, Forward: !req.Find.Back}
		a := req.Anchor
		own := a.Source == p.name || len(parts) == 1
		switch {
		case own && a.Pos != (sources.LogPos{}) && q.Forward:
			q.After = a.Pos
		case own && a.Pos != (sources.LogPos{}):
			q.Before = a.Pos
		case a.First, a.Time.IsZero():
		case q.Forward:
			q.Start = a.Time.Add(1)
		default:
			q.End = a.Time
		}
		lines, _, err := p.search(ctx, q, false, now)
		if err != nil {
			found.Err = err
			continue
		}
		for i := range lines {
			if lines[i].Lost != 0 {
				continue
			}
			near := found.Anchor.Time
			if found.Anchor.Pos == (sources.LogPos{}) || q.Forward && lines[i].Time.Before(near) || !q.Forward && lines[i].Time.After(near) {
				found.Anchor = Anchor{Time: lines[i].Time, Source: p.name, Pos: lines[i].Pos}
			}
			break
		}
	}
	return found
}
