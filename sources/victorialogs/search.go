package victorialogs

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"nightjar/sources"
	"nightjar/sources/logs"
	"nightjar/sources/logserver"
)

// maxBatch is how many lines one answer can have; lines of one time beyond it are a gap.
const maxBatch = 20_000

// SearchLogs gives lines of the window that match, newest first unless q.Forward.
// q.Select is a LogsQL filter without pipes.
func (s *Source) SearchLogs(ctx context.Context, q sources.LogQuery) (*sources.LogPage, error) {
	const op = "search logs"
	m, err := logs.Compile(q.Terms)
	if err != nil {
		return nil, s.c.Errorf(op, sources.KindQuery, "%w", err)
	}
	terms, exact := maybe(tests(q.Terms))
	page, err := s.pager(op, s.all(q.Select)+terms).Search(ctx, q, m, exact)
	if err != nil {
		return nil, err
	}
	page.Format = s.reader.Format()
	s.identify(ctx)
	return page, nil
}

// pager pages through the lines of a filter.
func (s *Source) pager(op, filter string) *logserver.Pager {
	return &logserver.Pager{
		Name: s.c.Name, Repeats: true, MaxBatch: maxBatch, Clock: s.c.Clock, Oldest: s.oldest,
		Fetch: func(ctx context.Context, t logserver.Stretch) (logserver.Fetched, error) {
			// By the time alone the server takes a way of its own to the last lines, on which
			// v1.51 now and then leaves some out; by a second key it does not.
			order := "_time desc, _stream_id"
			if t.Forward {
				order = "_time"
			}
			query := fmt.Sprintf("%s %s | sort by (%s) limit %d", between(t.From, t.To), filter, order, t.Limit)
			var got logserver.Fetched
			n, err := s.c.Do(ctx, logserver.Call{Op: op, Path: "/select/logsql/query", Form: form("query", query)}, func(r *bufio.Reader) error {
				got.Lines = got.Lines[:0]
				return s.lines(r, func(l sources.LogLine) { got.Lines = append(got.Lines, l) })
			})
			got.Bytes = n
			if err != nil {
				return got, err
			}
			s.reader.LearnFrom(got.Lines)
			got.Cut(t)
			return got, nil
		},
	}
}

// held counts the lines of a filter with from <= time < to.
func (s *Source) held(ctx context.Context, op, filter string, from, to int64) (n int, err error) {
	query := between(from, to) + " " + filter + " | stats count() as n"
	_, err = s.c.Do(ctx, logserver.Call{Op: op, Path: "/select/logsql/query", Form: form("query", query)}, func(r *bufio.Reader) error {
		var said struct{ N string }
		if err := decode(r, &said); errors.Is(err, io.ErrUnexpectedEOF) {
			return nil // of no lines there is no count
		} else if err != nil {
			return err
		}
		n, err = strconv.Atoi(said.N)
		return err
	})
	return n, err
}
