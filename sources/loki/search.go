package loki

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"nightjar/sources"
	"nightjar/sources/logs"
	"nightjar/sources/logserver"
)

// back is how far back lines are searched: the server's default for the longest query is 30d1h.
const back = 30 * 24 * time.Hour

// categorized asks for labels by category; servers before 3.0 take no notice.
var categorized = http.Header{"X-Loki-Response-Encoding-Flags": {"categorize-labels"}}

// SearchLogs gives lines of the window that match, newest first unless q.Forward.
// q.Select is LogQL: a stream selector, with filters if need be.
func (s *Source) SearchLogs(ctx context.Context, q sources.LogQuery) (*sources.LogPage, error) {
	const op = "search logs"
	m, err := logs.Compile(q.Terms)
	if err != nil {
		return nil, s.c.Errorf(op, sources.KindQuery, "%w", err)
	}
	of := stagesOf(q.Terms)
	selectors, err := s.selectors(ctx, q.Select)
	if err != nil {
		return nil, err
	}
	var notes []string
	page, err := s.pager(op, selectors, of.text+of.maybe, &notes).Search(ctx, q, m, of.exact)
	if err != nil {
		return nil, err
	}
	page.Format, page.Notes = s.reader.Format(), notes
	s.identify(ctx)
	return page, nil
}

// answer is what the query endpoints have in common.
type answer[T any] struct {
	Status   string
	Data     T
	Warnings []string
}

// pager pages through the lines of selectors, each followed by stages.
func (s *Source) pager(op string, selectors []string, stages string, notes *[]string) *logserver.Pager {
	return &logserver.Pager{
		Name: s.c.Name, MaxBatch: s.maxLines(), Back: back, Clock: s.c.Clock,
		Fetch: func(ctx context.Context, t logserver.Stretch) (all logserver.Fetched, err error) {
			for _, sel := range selectors {
				got, err := s.fetch(ctx, op, sel+stages, t, notes)
				all.Bytes += got.Bytes
				if err != nil {
					return all, err
				}
				all.Lines = append(all.Lines, got.Lines...)
				if got.More && (!all.More || (got.Edge < all.Edge) == t.Forward) {
					all.More, all.Edge = true, got.Edge
				}
			}
			return all, nil
		},
	}
}

// fetch asks query_range for lines of one query.
func (s *Source) fetch(ctx context.Context, op, query string, t logserver.Stretch, notes *[]string) (logserver.Fetched, error) {
	direction := "backward"
	if t.Forward {
		direction = "forward"
	}
	v := url.Values{
		"query": {query}, "limit": {strconv.Itoa(t.Limit)}, "direction": {direction},
		"start": {strconv.FormatInt(t.From, 10)}, "end": {strconv.FormatInt(t.To, 10)},
	}
	var said answer[struct {
		ResultType string
		Result     json.RawMessage
	}]
	n, err := s.ask(ctx, op, "/loki/api/v1/query_range", v, false, &said)
	got := logserver.Fetched{Bytes: n}
	switch {
	case s.lowered(err, t.Limit):
		t.Limit = s.maxLines()
		return s.fetch(ctx, op, query, t, notes)
	case err != nil:
		return got, err
	case said.Data.ResultType != "streams":
		return got, s.c.Errorf(op, sources.KindQuery, "%s gives a %.20q, not lines", query, said.Data.ResultType)
	}
	var streams []stream
	if err := json.Unmarshal(said.Data.Result, &streams); err != nil {
		return got, s.c.Errorf(op, sources.KindProtocol, "%s: %w", s.c.Place(""), err)
	}
	*notes = said.Warnings
	got.Lines = s.lines(streams)
	s.reader.LearnFrom(got.Lines)
	got.Cut(t)
	return got, nil
}

var maxEntries = regexp.MustCompile(`max entries limit.*\(\d+ > (\d+)\)`)

// lowered takes the limit of lines from an error that says it, if it is below what was asked for.
func (s *Source) lowered(err error, asked int) bool {
	if err == nil {
		return false
	}
	m := maxEntries.FindStringSubmatch(err.Error())
	if m == nil {
		return false
	}
	n, err := strconv.Atoi(m[1])
	if err != nil || n < 1 || n >= asked {
		return false
	}
	s.mu.Lock()
	s.o.MaxLines = n
	s.mu.Unlock()
	return true
}

// maxLines is how many lines the server gives at once.
func (s *Source) maxLines() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.o.MaxLines
}

// ask asks for JSON. Where into is no answer[T] it is the data of one.
func (s *Source) ask(ctx context.Context, op, path string, v url.Values, optional bool, into any) (int, error) {
	return s.c.Do(ctx, logserver.Call{Op: op, Path: path, Form: v, Header: categorized.Clone(), Optional: optional}, func(r *bufio.Reader) error {
		if list, ok := into.(*[]string); ok {
			said := answer[*[]string]{Data: list}
			if err := decode(r, &said); err != nil {
				return err
			}
			if said.Status != "success" {
				return fmt.Errorf("the status is %.20q", said.Status)
			}
			return nil
		}
		return decode(r, into)
	})
}
