package victorialogs

import (
	"bufio"
	"context"
	"errors"
	"io"

	"nightjar/sources"
	"nightjar/sources/logs"
	"nightjar/sources/logserver"
)

// TailLogs sends lines that come from now on and match, each once. A connection
// that is lost is made again, and what came meanwhile is read from the store.
func (s *Source) TailLogs(ctx context.Context, q sources.LogQuery, out chan<- sources.LogBatch) error {
	const op = "tail logs"
	m, err := logs.Compile(q.Terms)
	if err != nil {
		return s.c.Errorf(op, sources.KindQuery, "%w", err)
	}
	terms, _ := maybe(tests(q.Terms))
	filter := s.all(q.Select) + terms
	f := &logserver.Follower{
		Name: s.c.Name, Search: s.SearchLogs, Repeats: true, Clock: s.c.Clock,
		Open: func(ctx context.Context) (logserver.Stream, error) { return s.openTail(ctx, op, filter) },
		// The server's tail leaves out what is older, in its stream, than what it sent last.
		Held: func(ctx context.Context, from, to int64) (int, error) { return s.held(ctx, op, filter, from, to) },
	}
	return f.Follow(ctx, q, m, out)
}

// A tail is one connection to the server's tail: a body that goes on.
type tail struct {
	cancel context.CancelFunc
	lines  chan sources.LogLine
	ended  chan struct{}
	err    error // once ended is closed
}

// openTail connects; it returns when the server has accepted the query.
func (s *Source) openTail(ctx context.Context, op, filter string) (*tail, error) {
	ctx, cancel := context.WithCancel(ctx)
	t := &tail{cancel: cancel, lines: make(chan sources.LogLine, 1024), ended: make(chan struct{})}
	opened := make(chan struct{})
	// Lines are given when they are a second old; the server's own 5 s are long for who waits.
	v := form("query", filter, "offset", "1s", "refresh_interval", "500ms", "start_offset", "1s")
	go func() {
		defer close(t.ended)
		_, err := s.c.Stream(ctx, logserver.Call{Op: op, Path: "/select/logsql/tail", Form: v}, logserver.Endless, func(r *bufio.Reader) error {
			close(opened)
			err := s.lines(r, func(l sources.LogLine) {
				select {
				case t.lines <- l:
				case <-ctx.Done():
				}
			})
			if err == nil {
				err = io.EOF // a tail has no end of its own
			}
			return err
		})
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = s.c.Errorf(op, sources.KindUnavailable, "%s: the server ended the tail", s.c.Place(""))
		}
		t.err = err
	}()
	select {
	case <-opened:
		return t, nil
	case <-t.ended:
		cancel()
		return nil, t.err
	}
}

// Next gives all lines that are there, at least one.
func (t *tail) Next(ctx context.Context) ([]sources.LogLine, error) {
	var lines []sources.LogLine
	select {
	case l := <-t.lines:
		lines = append(lines, l)
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-t.ended:
		select { // what came before the end
		case l := <-t.lines:
			lines = append(lines, l)
		default:
			return nil, t.err
		}
	}
	for len(lines) < cap(t.lines) {
		select {
		case l := <-t.lines:
			lines = append(lines, l)
		default:
			return lines, nil
		}
	}
	return lines, nil
}

// Close ends the connection.
func (t *tail) Close() {
	t.cancel()
	<-t.ended
}
