package files

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"nightjar/sources"
	"nightjar/sources/logs"
)

const (
	kind = "files"
	// DefaultMaxFiles is how many files are open at once, unless Options say otherwise.
	DefaultMaxFiles = 128
	// firstID is the position of the file that is written when a source is opened.
	// IDs of files have 23 bits and offsets 40.
	firstID = 1 << 22
)

// Options say which files are read and how. Paths are required.
type Options struct {
	Name string // of the source; "files" if empty
	// Paths are files and globs (with ** for any folders). A glob is looked at
	// again and again: files that come to match are read from their start.
	Paths    []string
	Zone     *time.Location // of times that name none; nil: the machine's
	Formats  []*logs.Format // the user's own, tried first
	MaxFiles int            // most files open at once, the newest; 0: DefaultMaxFiles
	// Interval is how often files are looked at; 0: every 200 ms, less often while nothing comes.
	Interval time.Duration
	Clock    func() time.Time // nil: time.Now
	Logger   *slog.Logger     // nil: discard
}

// A Source is one log or several, merged by time. It implements sources.Source,
// LogSearcher, LogTailer, LogAwaiter, LogCounter, LogSpanner and StatusReporter.
type Source struct {
	o      Options
	shared shared
	globs  globs
	cache  cache
	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	work   sync.WaitGroup // the goroutines that follow and index
	search chan struct{}  // the workers of searches
	begun  sync.Once
	wanted chan struct{} // closed when somebody waits for lines or counts them: only then it is worth indexing
	shift  shift         // of searches with a filter

	mu      sync.Mutex
	chains  []*chain
	merged  bool // it may have several files
	newer   int64
	older   int64
	version uint64
	changed chan struct{} // closed and replaced with every version
	notes   []string      // of the last look at the globs
}

type counter struct{ n atomic.Uint64 }

func (c *counter) add(n int) { c.n.Add(uint64(n)) } //nolint:gosec // lengths

// Open opens the files. It returns as soon as the end of the files is known,
// whatever their size; they are indexed and followed once somebody waits for
// lines (AwaitLogs, TailLogs) or counts them. It fails when a
// path, not a glob, is no file that can be read and there is no other.
func Open(ctx context.Context, o Options) (*Source, error) {
	if o.Name == "" {
		o.Name = kind
	}
	if err := ctx.Err(); err != nil {
		return nil, sources.Errorf(o.Name, "open", sources.KindCancelled, "%w", err)
	}
	if len(o.Paths) == 0 {
		return nil, sources.Errorf(o.Name, "open", sources.KindQuery, "no paths: name a file or a glob")
	}
	if o.MaxFiles <= 0 {
		o.MaxFiles = DefaultMaxFiles
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Zone == nil {
		o.Zone = time.Local
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Source{
		o: o, search: make(chan struct{}, workers), newer: firstID, older: firstID,
		version: 1, changed: make(chan struct{}), wanted: make(chan struct{}),
	}
	s.shared.options, s.shared.clock = logs.Options{Zone: o.Zone, Formats: o.Formats}, o.Clock
	s.globs = newGlobs(o.Paths, o.MaxFiles)
	s.merged = len(o.Paths) > 1 || s.globs.any
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if err := s.begin(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.work.Add(2)
	go s.follow()
	go s.index()
	return s, nil
}

// begin opens the files there are.
func (s *Source) begin(ctx context.Context) error {
	_, err := s.glob(ctx)
	if err != nil {
		return err
	}
	open, failed := 0, []error(nil)
	for _, c := range s.chains {
		if c.live != nil {
			open++
			continue
		}
		failed = append(failed, errors.New(c.trouble))
	}
	if open == 0 && len(failed) > 0 {
		return sources.Errorf(s.o.Name, "open", sources.KindUnavailable, "%w", errors.Join(failed...))
	}
	return nil
}

// glob finds the files there are now and opens those that are new.
func (s *Source) glob(ctx context.Context) (changed bool, err error) {
	paths, notes, err := s.globs.expand(ctx)
	if err != nil {
		return false, sources.Errorf(s.o.Name, "open", sources.KindQuery, "%w", err)
	}
	s.mu.Lock()
	s.notes = notes
	known := map[string]bool{}
	for _, c := range s.chains {
		known[c.path] = true
	}
	s.mu.Unlock()
	now := s.o.Clock()
	fresh := slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return known[p] })
	if len(known)+len(fresh) > s.o.MaxFiles && len(fresh) > 0 {
		s.leave(paths)
	}
	for _, path := range fresh {
		c := &chain{path: path, s: s}
		if s.merged {
			c.labels = sources.NewLabels(fileLabel, path)
		}
		if p, err := c.open(now, ""); err != nil {
			c.say(err.Error())
			s.o.Logger.Warn("log file", "err", err)
		} else {
			c.take(p)
		}
		s.mu.Lock()
		s.chains = append(s.chains, c)
		s.mu.Unlock()
		changed = true
	}
	return changed, nil
}

// leave closes the logs that are not among paths: too many files are open, and others were written since.
func (s *Source) leave(paths []string) {
	s.mu.Lock()
	var kept, left []*chain
	for _, c := range s.chains {
		if slices.Contains(paths, c.path) {
			kept = append(kept, c)
		} else {
			left = append(left, c)
		}
	}
	s.chains = kept
	s.mu.Unlock()
	for _, c := range left {
		c.close()
	}
}

// Name is the source's name.
func (s *Source) Name() string { return s.o.Name }

// Close ends following and indexing and closes the files. It may be called more than once.
func (s *Source) Close() error {
	s.cancel()
	s.work.Wait()
	for _, c := range s.logs() {
		c.close()
	}
	return nil
}

// logs are the chains there are now.
func (s *Source) logs() []*chain {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.chains[:len(s.chains):len(s.chains)]
}

// newPart is a part of which nothing is known.
func (s *Source) newPart(path string, born time.Time) *part {
	return &part{
		path: path, born: born, multi: s.merged, shared: &s.shared, floor: noTime, ceil: noCeil,
		bound: unbounded,
	}
}

// newerID is the ID of a file that comes after all others.
func (s *Source) newerID() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.newer++
	return s.newer - 1
}

// olderIDs is the first of n ascending IDs that come before all others.
func (s *Source) olderIDs(n int) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.older -= int64(n)
	return s.older
}

// bump says that there is something new.
func (s *Source) bump() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version++
	close(s.changed)
	s.changed = make(chan struct{})
}

// AwaitLogs returns when lines have come or gone since version seen; at once for 0.
func (s *Source) AwaitLogs(ctx context.Context, seen uint64) (uint64, error) {
	s.want()
	for {
		s.mu.Lock()
		version, changed := s.version, s.changed
		s.mu.Unlock()
		if version != seen {
			return version, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return seen, ctx.Err()
		case <-s.ctx.Done():
			return seen, sources.Errorf(s.o.Name, "follow", sources.KindCancelled, "%w", errClosed)
		}
	}
}

// want begins to follow and to index.
func (s *Source) want() { s.begun.Do(func() { close(s.wanted) }) }

// isWanted waits until somebody wants lines or the source is closed.
func (s *Source) isWanted() bool {
	select {
	case <-s.wanted:
		return true
	case <-s.ctx.Done():
		return false
	}
}

var errClosed = errors.New("the source is closed")

// follow looks at the files until the source is closed.
func (s *Source) follow() {
	defer s.work.Done()
	if !s.isWanted() {
		return
	}
	timer := time.NewTimer(s.o.Interval)
	defer timer.Stop()
	quiet := 0
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-timer.C:
		}
		began := time.Now()
		if s.look() {
			quiet = 0
		} else {
			quiet++
		}
		timer.Reset(s.pause(quiet, time.Since(began)))
	}
}

// look looks at all files once and reports whether anything came.
func (s *Source) look() (changed bool) {
	if s.globs.any && s.globs.due() {
		came, err := s.glob(s.ctx)
		if err != nil {
			s.o.Logger.Warn("glob", "err", err)
		}
		changed = came
	}
	for _, c := range s.logs() {
		changed = c.follow(s.ctx, s.o.Clock()) || changed
	}
	if changed {
		s.bump()
	}
	return changed
}

// pause is how long to wait after a look that took cost, the quiet-th without
// news: at least fifty times as long as it took, so that thousands of files take little CPU.
func (s *Source) pause(quiet int, cost time.Duration) time.Duration {
	if s.o.Interval > 0 {
		return s.o.Interval
	}
	wait := 200 * time.Millisecond
	switch {
	case quiet == 0:
		wait = 100 * time.Millisecond
	case quiet > 150: // half a minute
		wait = 500 * time.Millisecond
	}
	if quiet > 0 {
		wait = max(wait, 50*cost)
	}
	return wait
}

// Status says how the files are: what cannot be read and why, what was left out.
func (s *Source) Status() sources.Status {
	st := sources.Status{Kind: kind, Received: s.shared.read.n.Load()}
	s.mu.Lock()
	st.Notes = append(st.Notes, s.notes...)
	s.mu.Unlock()
	for _, c := range s.logs() {
		st.Notes = append(st.Notes, c.notes()...)
	}
	if w, err := s.LogSpan(s.ctx); err == nil {
		st.Since = w.Start
	}
	return st
}

// notes are the chain's remarks.
func (c *chain) notes() (notes []string) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.trouble != "" {
		notes = append(notes, c.trouble)
	}
	if c.unread > 0 {
		notes = append(notes, fmt.Sprintf("%s: %d rotated files in a compression that is not read (xz, lz4)", c.path, c.unread))
	}
	for _, p := range c.parts {
		p.mu.RLock()
		if p.damage != "" {
			notes = append(notes, p.damage)
		}
		if wide := encoding(p.print); wide != "" {
			notes = append(notes, fmt.Sprintf("%s is %s, which is not decoded: convert it, `iconv -f %s -t UTF-8`", p.path, wide, wide))
		}
		p.mu.RUnlock()
	}
	return notes
}

// encoding is the encoding that a byte order mark tells, if it is not UTF-8.
func encoding(head []byte) string {
	switch {
	case strings.HasPrefix(string(head), "\xff\xfe\x00\x00"):
		return "UTF-32"
	case strings.HasPrefix(string(head), "\xff\xfe"), strings.HasPrefix(string(head), "\xfe\xff"):
		return "UTF-16"
	}
	return ""
}

var (
	_ sources.Source         = (*Source)(nil)
	_ sources.LogSearcher    = (*Source)(nil)
	_ sources.LogTailer      = (*Source)(nil)
	_ sources.LogAwaiter     = (*Source)(nil)
	_ sources.LogCounter     = (*Source)(nil)
	_ sources.LogSpanner     = (*Source)(nil)
	_ sources.StatusReporter = (*Source)(nil)
)
