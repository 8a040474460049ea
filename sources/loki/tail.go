package loki

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/coder/websocket"

	"nightjar/sources"
	"nightjar/sources/logs"
	"nightjar/sources/logserver"
)

const (
	dialTimeout = 15 * time.Second
	// A connection that is dead without saying so is found out by pings.
	pingEvery   = 15 * time.Second
	pingTimeout = 10 * time.Second
	maxMessage  = 64 << 20
)

// TailLogs sends lines that come from now on and match, each once. A connection
// that is lost is made again, and what came meanwhile is read from the store. Lines
// that the server says it dropped are a gap.
func (s *Source) TailLogs(ctx context.Context, q sources.LogQuery, out chan<- sources.LogBatch) error {
	const op = "tail logs"
	m, err := logs.Compile(q.Terms)
	if err != nil {
		return s.c.Errorf(op, sources.KindQuery, "%w", err)
	}
	of := stagesOf(q.Terms)
	f := &logserver.Follower{
		Name: s.c.Name, Search: s.SearchLogs, Clock: s.c.Clock, Pause: s.pause,
		Open: func(ctx context.Context) (logserver.Stream, error) {
			selectors, err := s.selectors(ctx, q.Select)
			if err == nil && len(selectors) == 0 {
				err = s.c.Errorf(op, sources.KindUnavailable, "%s has no streams yet", s.c.Place(""))
			}
			if err != nil {
				return nil, err
			}
			t := s.newTail(ctx, op)
			for _, sel := range selectors {
				if err := t.connect(sel + of.text + of.maybe); err != nil {
					t.Close()
					return nil, err
				}
			}
			return t, nil
		},
	}
	return f.Follow(ctx, q, m, out)
}

// A tail is WebSockets, one for each selector.
type tail struct {
	s      *Source
	op     string
	ctx    context.Context
	cancel context.CancelFunc
	parts  chan []sources.LogLine
	failed chan error
	wg     sync.WaitGroup
}

func (s *Source) newTail(ctx context.Context, op string) *tail {
	ctx, cancel := context.WithCancel(ctx)
	return &tail{s: s, op: op, ctx: ctx, cancel: cancel, parts: make(chan []sources.LogLine), failed: make(chan error, 1)}
}

// connect opens a WebSocket for a query, and reads it from then on.
func (t *tail) connect(query string) error {
	c := t.s.c
	call := logserver.Call{Op: t.op, Path: "/loki/api/v1/tail"}
	at := c.URL(call.Path, url.Values{"query": {query}, "limit": {strconv.Itoa(t.s.maxLines())}, "start": {strconv.FormatInt(c.Clock().UnixNano(), 10)}})
	ctx, cancel := context.WithTimeout(t.ctx, dialTimeout)
	defer cancel()
	conn, resp, err := websocket.Dial(ctx, at.String(), &websocket.DialOptions{HTTPClient: c.HTTP.Client, HTTPHeader: categorized.Clone()}) //nolint:bodyclose // Dial closes it
	if err != nil {
		if resp != nil && resp.StatusCode != 101 {
			begin, _ := io.ReadAll(resp.Body) // at most 1,024 bytes
			return c.Refused(call, resp, begin)
		}
		// Its text has the URL with the query and all in it.
		if what := (*url.Error)(nil); errors.As(err, &what) {
			err = what.Err
		}
		return c.Errorf(t.op, sources.KindUnavailable, "%s: %w", c.Place(call.Path), err)
	}
	conn.SetReadLimit(maxMessage)
	t.wg.Go(func() {
		defer func() { _ = conn.CloseNow() }()
		if err := t.read(conn); t.ctx.Err() == nil {
			select {
			case t.failed <- err:
			default:
			}
		}
	})
	t.wg.Go(func() {
		tick := time.NewTicker(pingEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
			case <-t.ctx.Done():
				return
			}
			ctx, cancel := context.WithTimeout(t.ctx, pingTimeout)
			err := conn.Ping(ctx)
			cancel()
			if err != nil {
				_ = conn.CloseNow() // read ends and says so
				return
			}
		}
	})
	return nil
}

// read reads messages to the end of the connection.
func (t *tail) read(conn *websocket.Conn) error {
	for {
		_, b, err := conn.Read(t.ctx)
		if err != nil {
			return t.broken(err)
		}
		lines, err := t.s.message(b)
		if err != nil {
			return t.s.c.Errorf(t.op, sources.KindProtocol, "%s: %w", t.s.c.Place(""), err)
		}
		select {
		case t.parts <- lines:
		case <-t.ctx.Done():
			return t.ctx.Err()
		}
	}
}

// broken says why a connection ended.
func (t *tail) broken(err error) error {
	c := t.s.c
	var closed websocket.CloseError
	switch {
	case errors.Is(err, websocket.ErrMessageTooBig):
		return c.Errorf(t.op, sources.KindTooLarge, "%s sends a message of more than %d bytes", c.Place(""), maxMessage)
	case errors.As(err, &closed) && closed.Reason != "":
		return c.Errorf(t.op, sources.KindUnavailable, "%s ended the tail: %.200q", c.Place(""), closed.Reason)
	}
	return c.Errorf(t.op, sources.KindUnavailable, "%s: the tail was cut off: %w", c.Place(""), err)
}

// message reads a message of the tail endpoint.
func (s *Source) message(b []byte) ([]sources.LogLine, error) {
	var said struct {
		Streams []stream
		Dropped []struct {
			Timestamp string
		} `json:"dropped_entries"`
	}
	if err := json.Unmarshal(b, &said); err != nil {
		return nil, err
	}
	lines := s.lines(said.Streams)
	if n := len(said.Dropped); n > 0 {
		first, err := strconv.ParseInt(said.Dropped[0].Timestamp, 10, 64)
		if err != nil {
			return nil, err
		}
		lines = append(lines, logserver.Gap(first, false, n, fmt.Sprintf("the server dropped %d lines: it is asked for more than it can send", n)))
	}
	return lines, nil
}

// Next gives the lines of a message.
func (t *tail) Next(ctx context.Context) ([]sources.LogLine, error) {
	select {
	case lines := <-t.parts:
		return lines, nil
	case err := <-t.failed:
		return nil, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Close ends the connections.
func (t *tail) Close() {
	t.cancel()
	t.wg.Wait()
}
