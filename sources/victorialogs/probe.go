package victorialogs

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"regexp"
	"time"

	"nightjar/sources"
	"nightjar/sources/logserver"
)

// A Found is a server that answers as VictoriaLogs does.
type Found struct {
	URL     string // to open; it keeps the credentials that the target had: do not show it
	Version string // if known
}

// Probe tells whether a URL is a VictoriaLogs, in at most two requests. Of o it
// uses HTTP, Header and the tenant. The error is a *sources.Error; its kind is KindUnsupported
// where something else answers.
func Probe(ctx context.Context, target string, o Options) (Found, error) {
	o.URL = target
	s, err := Open(ctx, o)
	if err != nil {
		return Found{}, err
	}
	defer func() { _ = s.Close() }()
	const op = "detect"
	// Of no time there are no fields, which is quick on any server.
	_, err = s.c.Do(ctx, logserver.Call{Op: op, Path: "/select/logsql/field_names", Form: form("query", between(0, 1)+" *"), Optional: true}, func(r *bufio.Reader) error {
		var said struct{ Values *[]any }
		if err := decode(r, &said); err != nil || said.Values == nil {
			return s.c.Errorf(op, sources.KindUnsupported, "%s is no VictoriaLogs", s.URL())
		}
		return nil
	})
	if err != nil {
		if k := sources.KindOf(err); k == sources.KindQuery || k == sources.KindProtocol {
			err = s.c.Errorf(op, sources.KindUnsupported, "%s is no VictoriaLogs: %w", s.URL(), err)
		}
		return Found{}, err
	}
	s.identify(ctx)
	return Found{URL: s.c.URL("", nil).String(), Version: s.Status().Version}, nil
}

const identifyTimeout = 2 * time.Second

// maxMetrics is how much of the page of metrics is looked at for the version.
const maxMetrics = 1 << 20

var versionOf = regexp.MustCompile(`vm_app_version\{[^}]*(?:short_version="v?([0-9][^"]*)"|version="[^"]*-v([0-9][0-9.]*)[^"]*")`)

// identify finds out the server's version, once; a server that does not tell is left alone.
func (s *Source) identify(ctx context.Context) {
	s.mu.Lock()
	known := s.asked
	s.asked = true
	s.mu.Unlock()
	if known {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, identifyTimeout)
	defer cancel()
	var page []byte
	_, err := s.c.Stream(ctx, logserver.Call{Op: "version", Path: "/metrics", Optional: true}, maxMetrics, func(r *bufio.Reader) (err error) {
		page, err = io.ReadAll(r)
		return err
	})
	if m := versionOf.FindSubmatch(page); m != nil {
		s.mu.Lock()
		s.version = fmt.Sprintf("%s%s", m[1], m[2])
		s.mu.Unlock()
	}
	_ = err // what came is enough to tell, or there is none
}
