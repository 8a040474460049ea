package journal

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"nightjar/sources"
	"nightjar/sources/logs"
)

const (
	// limit is how many lines a page has whose query names no limit.
	limit = 1000
	// batchLines is how many lines a tail sends at once.
	batchLines = 1000
	// tellEvery is how many entries are counted between two reports of progress.
	tellEvery = 5000
	// sameTime bounds the entries of one microsecond that are put in order.
	sameTime = 10_000
)

// SearchLogs gives entries of the window, newest first unless q.Forward.
func (s *Source) SearchLogs(ctx context.Context, q sources.LogQuery) (*sources.LogPage, error) {
	const op = "search logs"
	m, err := s.matcher(op, q.Terms)
	if err != nil {
		return nil, err
	}
	args, err := s.arguments(op, &q, bounds(&q)...)
	if err != nil {
		return nil, err
	}
	want := q.Limit
	if want <= 0 {
		want = limit
	}
	page := &sources.LogPage{Source: s.o.Name, Format: "systemd journal"}
	d, spoilt, lost := s.decoder(), 0, 0
	r := run{entry: func(text []byte) error {
		if text == nil {
			lost++
			return nil
		}
		l, err := d.line(text)
		if err != nil {
			spoilt++
			return nil
		}
		if !q.Within(&l) || m != nil && !m.Match(&l) {
			return nil
		}
		n := len(page.Lines)
		if n > want && (l.Pos.Major != page.Lines[n-1].Pos.Major || n > want+sameTime) {
			return errStop
		}
		page.Lines = append(page.Lines, l)
		return nil
	}}
	if err := s.run(ctx, op, args, &r); err != nil {
		return nil, err
	}
	slices.SortStableFunc(page.Lines, func(a, b sources.LogLine) int {
		if q.Forward {
			return a.Pos.Compare(b.Pos)
		}
		return b.Pos.Compare(a.Pos)
	})
	if page.More = len(page.Lines) > want; page.More {
		page.Lines = page.Lines[:want]
	}
	if lost > 0 {
		page.Notes = append(page.Notes, fmt.Sprintf("entries of more than %d MiB that were left out: %d", maxEntry>>20, lost))
	}
	if spoilt > 0 {
		page.Notes = append(page.Notes, fmt.Sprintf("entries that could not be understood: %d", spoilt))
	}
	page.Bytes = r.bytes
	return page, nil
}

// CountLogs counts entries over time by severity. Every entry of the window is read.
func (s *Source) CountLogs(ctx context.Context, q sources.LogQuery, step time.Duration, progress func(sources.LogProgress, *sources.Frame)) (*sources.Frame, error) {
	const op = "count logs"
	h, err := logs.NewHistogram(q.Window, step)
	if err != nil {
		return nil, s.fail(op, sources.KindQuery, "%w", err)
	}
	m, err := s.matcher(op, q.Terms)
	if err != nil {
		return nil, err
	}
	q.Before, q.After, q.Forward = sources.LogPos{}, sources.LogPos{}, false
	options := bounds(&q)
	if m == nil || m.Raw() { // what the line and its severity are made of
		options = append(options, "--output-fields="+strings.Join([]string{fieldMessage, fieldPriority, fieldIdentifier, fieldComm, fieldPID}, ","))
	}
	args, err := s.arguments(op, &q, options...)
	if err != nil {
		return nil, err
	}
	d, seen := s.decoder(), 0
	var at sources.LogProgress
	r := run{entry: func(text []byte) error {
		if seen++; seen%tellEvery == 0 && progress != nil {
			progress(at, h.Frame(s.o.Name))
		}
		if text == nil {
			return nil
		}
		l, err := d.line(text)
		if err != nil || m != nil && !m.Match(&l) {
			return nil
		}
		at.Matched++
		h.Line(l.Time, l.Severity)
		return nil
	}}
	if err := s.run(ctx, op, args, &r); err != nil {
		return nil, err
	}
	return h.Frame(s.o.Name), nil
}

// TailLogs sends entries that come from now on.
func (s *Source) TailLogs(ctx context.Context, q sources.LogQuery, out chan<- sources.LogBatch) error {
	const op = "tail logs"
	m, err := s.matcher(op, q.Terms)
	if err != nil {
		return err
	}
	args, err := s.arguments(op, &q, "--follow", "--lines=0")
	if err != nil {
		return err
	}
	d := s.decoder()
	var batch []sources.LogLine
	send := func() error {
		if len(batch) == 0 {
			return nil
		}
		select {
		case out <- sources.LogBatch{Lines: batch}:
			batch = nil
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-s.ctx.Done():
			return s.fail(op, sources.KindCancelled, "the source is closed")
		}
	}
	r := run{idle: send, entry: func(text []byte) error {
		l, err := sources.LogLine{}, error(nil)
		if text == nil {
			err = fmt.Errorf("an entry of more than %d MiB", maxEntry>>20)
		} else {
			l, err = d.line(text)
		}
		if err != nil {
			l = sources.LogLine{Time: time.Now(), Lost: 1, Body: err.Error()}
			l.Pos.Major = l.Time.UnixNano()
		} else if m != nil && !m.Match(&l) {
			return nil
		}
		if batch = append(batch, l); len(batch) >= batchLines {
			return send()
		}
		return nil
	}}
	if err := s.run(ctx, op, args, &r); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.fail(op, sources.KindUnavailable, "journalctl --follow ended")
}

// LogSpan is from the oldest to the newest entry.
func (s *Source) LogSpan(ctx context.Context) (w sources.Window, err error) {
	const op = "span"
	if w.Start, err = s.one(ctx, op); err != nil {
		return sources.Window{}, err
	}
	if w.End, err = s.newest(ctx, op); err != nil {
		return sources.Window{}, err
	}
	return w, nil
}

// newest is the time of the newest entry, zero if there is none.
func (s *Source) newest(ctx context.Context, op string) (time.Time, error) {
	return s.one(ctx, op, "--reverse", "--lines=1")
}

// one is the time of the first entry of a run.
func (s *Source) one(ctx context.Context, op string, options ...string) (at time.Time, err error) {
	args, err := s.arguments(op, &sources.LogQuery{}, append(options, "--output-fields="+fieldPriority)...)
	if err != nil {
		return at, err
	}
	d := s.decoder()
	r := run{entry: func(text []byte) error {
		l, err := d.line(text)
		if err != nil {
			return s.fail(op, sources.KindProtocol, "%w", err)
		}
		at = l.Time
		return errStop
	}}
	err = s.run(ctx, op, args, &r)
	return at, err
}

// LogStreams lists the units that have entries, and the kernel. The window is not looked at.
func (s *Source) LogStreams(ctx context.Context, _ sources.Window, limit int) ([]sources.LogStream, error) {
	const op = "list units"
	values := func(field string) (list []string, err error) {
		args := append(slices.Clone(s.base), "--field="+field)
		r := run{entry: func(text []byte) error {
			if text != nil {
				list = append(list, string(text))
			}
			return nil
		}}
		err = s.run(ctx, op, args, &r)
		slices.Sort(list)
		return slices.Compact(list), err
	}
	units, err := values(fieldUnit)
	if err != nil {
		return nil, err
	}
	transports, err := values(fieldTransport)
	if err != nil {
		return nil, err
	}
	var out []sources.LogStream
	if slices.Contains(transports, "kernel") {
		out = append(out, sources.LogStream{Select: fieldTransport + "=kernel", Labels: sources.NewLabels(labelApp, "kernel")})
	}
	for _, u := range units {
		out = append(out, sources.LogStream{Select: u, Labels: sources.NewLabels(labelUnit, u)})
	}
	if limit > 0 && len(out) > limit {
		out = out[:limit]
	}
	return out, nil
}

func (s *Source) matcher(op string, terms []sources.LogTerm) (*logs.Matcher, error) {
	if len(terms) == 0 {
		return nil, nil
	}
	m, err := logs.Compile(terms, labelUnit, labelHost, labelApp)
	if err != nil {
		return nil, s.fail(op, sources.KindQuery, "%w", err)
	}
	return m, nil
}

// bounds are the options for a query's window, its positions and its direction.
func bounds(q *sources.LogQuery) (options []string) {
	since, until := q.Start, q.End
	if after := time.Unix(0, q.After.Major); q.After != (sources.LogPos{}) && after.After(since) {
		since = after
	}
	if before := time.Unix(0, q.Before.Major); q.Before != (sources.LogPos{}) && (until.IsZero() || before.Before(until)) {
		until = before
	}
	if !since.IsZero() {
		options = append(options, "--since="+stamp(since))
	}
	if !until.IsZero() {
		options = append(options, "--until="+stamp(until.Add(time.Microsecond-1)))
	}
	if !q.Forward {
		options = append(options, "--reverse")
	}
	return options
}

// stamp is a time as systemd.time(7) has it, in whole microseconds.
func stamp(t time.Time) string {
	us := max(t.UnixMicro(), 0)
	return fmt.Sprintf("@%d.%06d", us/1e6, us%1e6)
}
