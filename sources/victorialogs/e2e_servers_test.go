//go:build e2e

package victorialogs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightjar/sources"
)

const install = "see victorialogs in .ci/run for how it is built, with its folder in NIGHTJAR_E2E_BIN"

// program finds the server's binary in $NIGHTJAR_E2E_BIN or on PATH.
func program(t *testing.T) string {
	t.Helper()
	for _, dir := range append(filepath.SplitList(os.Getenv("NIGHTJAR_E2E_BIN")), filepath.SplitList(os.Getenv("PATH"))...) {
		path := filepath.Join(dir, "victorialogs")
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	t.Skip("no victorialogs: " + install)
	return ""
}

// A server is a VictoriaLogs that runs until the test ends.
type server struct {
	t             *testing.T
	path, address string
	data          string
	cmd           *exec.Cmd
	out           bytes.Buffer
}

func startServer(t *testing.T) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, path: program(t), address: l.Addr().String(), data: t.TempDir()}
	_ = l.Close()
	t.Cleanup(func() {
		s.kill()
		if t.Failed() {
			t.Logf("%s said:\n%s", s.path, s.out.Bytes()[max(0, s.out.Len()-2000):])
		}
	})
	s.start()
	return s
}

func (s *server) url() string { return "http://" + s.address }

func (s *server) start() {
	s.t.Helper()
	s.cmd = exec.Command(s.path, "-storageDataPath="+s.data, "-httpListenAddr="+s.address, "-retentionPeriod=100y", "-inmemoryDataFlushInterval=1s")
	s.cmd.Stdout, s.cmd.Stderr = &s.out, &s.out
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	await(s.t, func(ctx context.Context) error {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url()+"/health", nil)
		if err != nil {
			return err
		}
		resp, err := http.DefaultClient.Do(r)
		if err == nil {
			_ = resp.Body.Close()
		}
		return err
	})
}

// stop ends the server as an administrator does, so that what it holds is on the disk.
func (s *server) stop() {
	_ = s.cmd.Process.Signal(os.Interrupt)
	_ = s.cmd.Wait()
	s.cmd = nil
}

func (s *server) kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
	s.cmd = nil
}

// A record is a line to insert.
type record map[string]string

// insert stores records; labels of streams are app and host.
func (s *server) insert(records ...record) {
	s.t.Helper()
	var body bytes.Buffer
	for _, r := range records {
		b, err := json.Marshal(r)
		if err != nil {
			s.t.Fatal(err)
		}
		body.Write(append(b, '\n'))
	}
	resp, err := http.Post(s.url()+"/insert/jsonline?_stream_fields=app,host", "application/stream+json", &body)
	if err != nil {
		s.t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		s.t.Fatal(resp.Status)
	}
}

// settled waits until the server gives n lines in a search.
func (s *server) settled(src *Source, n int) {
	s.t.Helper()
	since := time.Time{}
	await(s.t, func(ctx context.Context) error {
		got, err := src.held(ctx, "count", "*", 0, time.Now().Add(time.Hour).UnixNano())
		switch {
		case err == nil && got != n:
			err = fmt.Errorf("%d lines of %d", got, n)
		case err == nil && since.IsZero():
			since = time.Now()
		}
		if err != nil {
			since = time.Time{}
			return err
		}
		if time.Since(since) < 3*time.Second { // what is in memory is written and merged meanwhile
			err = errors.New("all lines are there, but not for long")
		}
		return err
	})
}

// await polls until f is nil.
func await(t *testing.T, f func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := f(ctx)
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatal(err)
		case <-tick.C:
		}
	}
}

func open(t *testing.T, o Options) *Source {
	t.Helper()
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.Close()
		http.DefaultClient.CloseIdleConnections()
	})
	return s
}

// pagesOf reads all pages of a query.
func pagesOf(t *testing.T, s *Source, q sources.LogQuery) (all []sources.LogLine) {
	t.Helper()
	for {
		page, err := s.SearchLogs(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Lines) > q.Limit {
			t.Fatalf("%d lines in a page of %d", len(page.Lines), q.Limit)
		}
		all = append(all, page.Lines...)
		if !page.More {
			return all
		}
		last := page.Lines[len(page.Lines)-1].Pos
		if q.Forward {
			q.After = last
		} else {
			q.Before = last
		}
	}
}

func texts(lines []sources.LogLine) string {
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%s %s %s %d\n", l.Time.UTC().Format(time.RFC3339Nano), l.Severity, l.Raw, l.Lost)
	}
	return b.String()
}
