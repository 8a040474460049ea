// Package journal reads systemd's journal through journalctl, without cgo. Every
// question is a run of journalctl, which seeks by time and tests units and
// fields; filters are tested here. The order of lines is that of the wall clock, then of
// the journal's sequence numbers, so a position is good in any later run.
//
// A line's message is read once more, as any log is: a service that says JSON
// has its fields and severity, else the entry's priority counts.
package journal

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"nightjar/sources"
	"nightjar/sources/logs"
)

const (
	kind    = "journal"
	program = "journalctl"
)

// Options say which journal is read. The zero Options mean this machine's.
type Options struct {
	Name string // of the source; "journal" if empty
	// Select narrows every query, in the language of LogQuery.Select: units
	// (nginx, ssh.service, user@*.service) and matches (_TRANSPORT=kernel, PRIORITY=3,
	// + between alternatives), parted by spaces.
	Select    string
	Boot      string   // an ID, or 0 for this boot, -1 for the one before; empty: all
	User      bool     // the journal of the user alone
	Directory string   // of journal files, instead of the machine's
	Files     []string // journal files or globs, instead of the machine's
	Namespace string   // of the journal; empty: the default one
	Zone      *time.Location
	Formats   []*logs.Format // the user's own, for messages
	Program   string         // "journalctl" if empty
}

// A Source is a journal. It implements sources.Source, LogSearcher, LogTailer,
// LogCounter, LogSpanner, LogLister and StatusReporter.
type Source struct {
	o        Options
	path     string   // of journalctl
	base     []string // arguments of every run
	narrow   []string // and of Options.Select
	reader   *logs.Reader
	received atomic.Uint64
	ctx      context.Context // ends with Close
	cancel   context.CancelFunc

	mu    sync.Mutex
	notes []string
	runs  sync.WaitGroup // added to with mu held, while ctx is not done
}

// Open looks whether a journal can be read. It fails where that is not so, and
// says what to do.
func Open(ctx context.Context, o Options) (*Source, error) {
	if o.Name == "" {
		o.Name = kind
	}
	if o.Program == "" {
		o.Program = program
	}
	if o.Zone == nil {
		o.Zone = time.Local
	}
	s := &Source{o: o, reader: logs.NewReader(logs.Options{Zone: o.Zone, Formats: o.Formats})}
	var err error
	if s.narrow, err = selection(o.Select); err != nil {
		return nil, s.fail("open", sources.KindQuery, "%w", err)
	}
	if s.path, err = exec.LookPath(o.Program); err != nil {
		return nil, s.fail("open", sources.KindUnavailable, "%w: there is no systemd here, or journalctl is not installed; name files instead, such as /var/log/syslog", err)
	}
	s.base = []string{"--no-pager", "--all", "--output=json"}
	add := func(flag, value string) {
		if value != "" {
			s.base = append(s.base, flag+"="+value)
		}
	}
	add("--boot", o.Boot)
	add("--directory", o.Directory)
	add("--namespace", o.Namespace)
	for _, f := range o.Files {
		add("--file", f)
	}
	if o.User {
		s.base = append(s.base, "--user")
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if _, err := s.newest(ctx, "open"); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Source) fail(op string, kind sources.ErrorKind, format string, args ...any) *sources.Error {
	return sources.Errorf(s.o.Name, op, kind, format, args...)
}

// Name is the source's name.
func (s *Source) Name() string { return s.o.Name }

// Close ends every journalctl that runs. It may be called more than once.
func (s *Source) Close() error {
	s.mu.Lock()
	s.cancel()
	s.mu.Unlock()
	s.runs.Wait()
	return nil
}

// Status says what cannot be seen of the journal.
func (s *Source) Status() sources.Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return sources.Status{Kind: kind, Notes: slices.Clone(s.notes), Received: s.received.Load()}
}

// note keeps a remark for Status.
func (s *Source) note(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.notes, text) {
		s.notes = append(s.notes, text)
	}
}

// selection are the arguments for a Select: options for units, then matches.
func selection(text string) ([]string, error) {
	var units, matches []string
	for _, w := range strings.Fields(text) {
		name, _, match := strings.Cut(w, "=")
		switch {
		case strings.HasPrefix(w, "-"):
			return nil, fmt.Errorf("%q is an option: select by units and by FIELD=VALUE", w)
		case match && (name == "" || strings.ToUpper(name) != name):
			return nil, fmt.Errorf("%q: fields of the journal are in capitals, such as _SYSTEMD_UNIT=ssh.service", w)
		case match || w == "+" || w[0] == '/':
			matches = append(matches, w)
		default:
			units = append(units, "--unit="+w)
		}
	}
	if len(matches) > 0 {
		units = append(append(units, "--"), matches...)
	}
	return units, nil
}

// arguments are those of a run: options, what the source and the query select.
func (s *Source) arguments(op string, q *sources.LogQuery, options ...string) ([]string, error) {
	more, err := selection(q.Select)
	if err != nil {
		return nil, s.fail(op, sources.KindQuery, "%w", err)
	}
	args := slices.Concat(s.base, options)
	var matches []string
	for _, part := range [][]string{s.narrow, more} {
		at := slices.Index(part, "--")
		if at < 0 {
			at = len(part)
		}
		args = append(args, part[:at]...)
		if at < len(part) {
			matches = append(matches, part[at+1:]...)
		}
	}
	if len(matches) > 0 {
		args = append(append(args, "--"), matches...)
	}
	return args, nil
}

var (
	_ sources.Source         = (*Source)(nil)
	_ sources.LogSearcher    = (*Source)(nil)
	_ sources.LogTailer      = (*Source)(nil)
	_ sources.LogCounter     = (*Source)(nil)
	_ sources.LogSpanner     = (*Source)(nil)
	_ sources.LogLister      = (*Source)(nil)
	_ sources.StatusReporter = (*Source)(nil)
)
