package journal

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"time"

	"nightjar/sources"
)

const (
	// maxEntry bounds an entry in bytes of JSON; what is larger is left out, and is a gap.
	maxEntry = 4 << 20
	// maxStderr bounds what is kept of journalctl's remarks.
	maxStderr = 4 << 10
)

// errStop ends a run that has said enough.
var errStop = errors.New("enough")

// A run reads what journalctl says.
type run struct {
	bytes int
	// entry takes a line of its output, nil for one that was too long; an error ends the run.
	entry func(line []byte) error
	// idle is called when all is read that has come; nil: it is not.
	idle func() error
}

// run runs journalctl until it ends, ctx is done or the source is closed.
func (s *Source) run(ctx context.Context, op string, args []string, r *run) error {
	s.mu.Lock()
	if s.ctx.Err() != nil {
		s.mu.Unlock()
		return s.fail(op, sources.KindCancelled, "the source is closed")
	}
	s.runs.Add(1)
	s.mu.Unlock()
	defer s.runs.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.ctx, cancel)()

	cmd := exec.CommandContext(ctx, s.path, args...) //nolint:gosec // no shell; Select cannot be an option
	cmd.Env = append(os.Environ(), "LC_ALL=C", "SYSTEMD_COLORS=0")
	cmd.WaitDelay = time.Second
	said := &head{}
	cmd.Stderr = said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return s.fail(op, sources.KindInternal, "%w", err)
	}
	if err := cmd.Start(); err != nil {
		return s.fail(op, sources.KindUnavailable, "%w", err)
	}
	readErr := r.read(out, &s.received)
	over := ctx.Err()
	if readErr != nil {
		cancel()
	}
	waitErr := cmd.Wait()
	switch {
	case errors.Is(readErr, errStop):
		s.remark(said.String())
		return nil
	case over != nil:
		return s.fail(op, sources.KindCancelled, "%w", over)
	case readErr != nil:
		return readErr
	}
	return s.judge(op, waitErr, said.String())
}

// read reads line by line.
func (r *run) read(out io.Reader, received *atomic.Uint64) error {
	in := bufio.NewReaderSize(out, 64<<10)
	var long []byte
	over := false
	for {
		part, err := in.ReadSlice('\n')
		r.bytes += len(part)
		received.Add(uint64(len(part)))
		switch {
		case err == nil && (over || len(long)+len(part) > maxEntry):
			long, over = nil, false
			if err := r.entry(nil); err != nil {
				return err
			}
		case err == nil:
			line := part
			if len(long) > 0 {
				long = append(long, part...)
				line, long = long, nil
			}
			if line = bytes.TrimSpace(line); len(line) > 0 {
				if err := r.entry(line); err != nil {
					return err
				}
			}
		case errors.Is(err, bufio.ErrBufferFull):
			if over = over || len(long)+len(part) > maxEntry; over {
				long = nil
			} else {
				long = append(long, part...)
			}
			continue
		default: // the end, or a pipe that was closed; a line without its end is none
			if r.idle != nil {
				return r.idle()
			}
			return nil
		}
		if r.idle == nil {
			continue
		}
		if more, _ := in.Peek(in.Buffered()); bytes.IndexByte(more, '\n') < 0 {
			if err := r.idle(); err != nil {
				return err
			}
		}
	}
}

// judge makes an error of how a run ended. What it says matters even where it
// calls that a success: without a journal it does.
func (s *Source) judge(op string, err error, said string) error {
	switch {
	case strings.Contains(said, "insufficient permissions"), err != nil && strings.Contains(said, "Permission denied"):
		return s.fail(op, sources.KindAuth, "no journal can be read: run as root or as a member of systemd-journal or adm")
	case strings.Contains(said, "No journal files were found"):
		return s.fail(op, sources.KindUnavailable, "systemd-journald keeps no journal here: name files instead, such as /var/log/syslog")
	}
	s.remark(said)
	if err == nil {
		return nil
	}
	first, _, _ := strings.Cut(strings.TrimSpace(said), "\n")
	kind := sources.KindUnavailable
	for _, hint := range []string{"Failed to add match", "Failed to parse", "Invalid", "unrecognized option", "Failed to add filter", "no boot", "Data from the specified boot"} {
		if strings.Contains(first, hint) {
			kind = sources.KindQuery
		}
	}
	if first == "" {
		return s.fail(op, kind, "journalctl: %w", err)
	}
	return s.fail(op, kind, "journalctl: %w: %s", err, first)
}

// remark keeps for Status what journalctl remarks beside an answer.
func (s *Source) remark(said string) {
	if strings.Contains(said, "not seeing messages from other users") {
		s.note("only your own messages are seen: run as root or as a member of systemd-journal or adm to see the system's")
	}
}

// A head keeps the first bytes that are written to it.
type head struct{ bytes.Buffer }

func (h *head) Write(p []byte) (int, error) {
	h.Buffer.Write(p[:min(len(p), maxStderr-h.Len())])
	return len(p), nil
}
