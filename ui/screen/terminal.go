package screen

import (
	"bytes"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"nightjar/themes"
)

const (
	enterAlt = "\x1b[?1049h"
	leaveAlt = "\x1b[?1049l"
	hideCur  = "\x1b[?25l"
	showCur  = "\x1b[?25h"
	syncOn   = "\x1b[?2026h"
	syncOff  = "\x1b[?2026l"

	maxForeign = 1 << 20 // bytes kept for a link that hangs
)

// A Terminal shows grids on a real terminal beside a Bubble Tea program. The
// program owns input, raw mode, resize and suspend, and writes its few bytes
// through the Terminal too (pass it to tea.WithOutput); any byte it writes makes
// the screen unknown, and the frame that follows in the same write repaints it.
//
// One goroutine writes. Present never blocks: of frames that wait for a slow
// link only the newest is kept, the others are counted as replaced.
type Terminal struct {
	file File

	mu      sync.Mutex // guards all below; never held while writing
	wake    *sync.Cond
	pal     *themes.Palette
	next    *Grid // the newest frame not yet sent; nil: none
	spare   *Grid
	foreign []byte // bytes of the program, to go out before the next frame
	front   *Grid  // what the terminal shows, when known
	known   bool
	alt     bool // on the alternate screen; frames are sent only there
	sync    bool
	ascii   bool
	writing bool
	closed  bool
	err     error

	enc      encoder
	bytes    atomic.Uint64
	frames   atomic.Uint64
	replaced atomic.Uint64
	lost     chan struct{}
	lostOnce sync.Once
}

// A File is what a Terminal writes to and a Bubble Tea program reads size and modes from; *os.File is one.
type File interface {
	io.ReadWriteCloser
	Fd() uintptr
}

var _ File = (*os.File)(nil)

// NewTerminal makes a Terminal on f and starts its writer. End it with Close.
func NewTerminal(f File, pal *themes.Palette) *Terminal {
	t := &Terminal{file: f, pal: pal, front: NewGrid(0, 0), spare: NewGrid(0, 0), lost: make(chan struct{})}
	t.wake = sync.NewCond(&t.mu)
	t.enc.unknown()
	go t.writer()
	return t
}

// Enter switches to the alternate screen and hides the cursor.
func (t *Terminal) Enter() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.foreign = append(t.foreign, enterAlt+hideCur...)
	t.alt, t.known = true, false
	t.wake.Broadcast()
}

// Resume goes back to the alternate screen after a suspension, whether or not
// the program has done so already, and repaints. The terminal may have been
// used by others meanwhile, so nothing about it is taken as known.
func (t *Terminal) Resume() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.alt {
		t.foreign = append(t.foreign, enterAlt+hideCur...)
	}
	t.alt, t.known = true, false
	t.wake.Broadcast()
}

// Present shows g. It copies g and returns at once.
func (t *Terminal) Present(g *Grid) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return
	}
	if t.next != nil {
		t.replaced.Add(1)
	} else {
		t.next, t.spare = t.spare, nil
		if t.next == nil {
			t.next = NewGrid(0, 0)
		}
	}
	t.next.CopyFrom(g)
	if t.ascii {
		t.next.ASCII()
	}
	t.wake.Broadcast()
}

// SetPalette changes how tokens look; the whole screen is sent anew.
func (t *Terminal) SetPalette(p *themes.Palette) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pal, t.known = p, false
	t.wake.Broadcast()
}

// SetSync says whether the terminal has synchronized output (mode 2026).
func (t *Terminal) SetSync(on bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sync = on
}

// SetASCII makes every frame presented from now on 7-bit (see Grid.ASCII).
func (t *Terminal) SetASCII(on bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ascii = on
}

// Repaint makes the next frame a whole one.
func (t *Terminal) Repaint() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.known = false
	t.wake.Broadcast()
}

// Send writes a sequence that moves no cursor and paints nothing (a query, a
// title, a clipboard write) before the next frame. It returns at once. On a link
// that hangs, what would be more than a megabyte unsent is dropped.
func (t *Terminal) Send(seq string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed || len(t.foreign)+len(seq) > maxForeign {
		return
	}
	t.foreign = append(t.foreign, seq...)
	t.wake.Broadcast()
}

// Write takes the Bubble Tea program's own bytes. They are sent by the writer,
// followed by a whole frame in the same write; when they leave the alternate
// screen, Write waits until they are out (bounded), since the program may stop
// right after.
func (t *Terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err != nil {
		return 0, t.err
	}
	if t.closed {
		return 0, os.ErrClosed
	}
	n := len(p)
	if p = withoutQueries(p); len(p) == 0 && n > 0 {
		return n, nil
	}
	enters, left := bytes.LastIndex(p, []byte(enterAlt)), bytes.LastIndex(p, []byte(leaveAlt))
	leaves := left > enters
	if t.alt && left < 0 { // already there: entering again would only flash
		p = bytes.ReplaceAll(p, []byte(enterAlt), nil)
	}
	switch {
	case leaves:
		t.alt = false
	case enters >= 0:
		t.alt = true
	}
	if len(t.foreign)+len(p) > maxForeign && !leaves {
		return n, nil // the link hangs; the screen is repainted when it comes back
	}
	t.foreign = append(t.foreign, p...)
	t.known = false
	t.wake.Broadcast()
	if leaves {
		t.drain(500 * time.Millisecond)
	}
	return n, nil
}

// withoutQueries drops the program's questions about synchronized output and
// grapheme clusters. The first is asked through Send, the second is of no use
// here, and both may come after the screen was given back, where the answer would
// land on the shell's prompt.
func withoutQueries(p []byte) []byte {
	for _, query := range [...]string{"\x1b[?2026$p", "\x1b[?2027$p"} {
		if bytes.Contains(p, []byte(query)) {
			p = bytes.ReplaceAll(p, []byte(query), nil)
		}
	}
	return p
}

// drain waits until all is written, or for d. Called with mu held.
func (t *Terminal) drain(d time.Duration) {
	over := false
	timer := time.AfterFunc(d, func() {
		t.mu.Lock()
		over = true
		t.wake.Broadcast()
		t.mu.Unlock()
	})
	defer timer.Stop()
	for !over && t.err == nil && (t.writing || len(t.foreign) > 0) {
		t.wake.Wait()
	}
}

// Read reads the underlying file.
func (t *Terminal) Read(p []byte) (int, error) { return t.file.Read(p) } //nolint:wrapcheck // an io.Reader

// Fd is the underlying file's descriptor.
func (t *Terminal) Fd() uintptr { return t.file.Fd() }

// Close leaves the alternate screen if it is still on, waits for what is
// unsent (at most half a second: the link may be gone) and ends the writer. The
// file stays open.
func (t *Terminal) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return t.err
	}
	t.next = nil
	if t.alt {
		t.foreign = append(t.foreign, "\x1b[0m"+showCur+leaveAlt...)
		t.alt = false
	}
	t.wake.Broadcast()
	t.drain(500 * time.Millisecond)
	t.closed = true
	t.wake.Broadcast()
	return t.err
}

// Lost is closed when the terminal can no longer be written to.
func (t *Terminal) Lost() <-chan struct{} { return t.lost }

// Stats are counts since the start: bytes sent, frames sent, frames replaced
// by a newer one before they were sent.
func (t *Terminal) Stats() (sent, frames, replaced uint64) {
	return t.bytes.Load(), t.frames.Load(), t.replaced.Load()
}

func (t *Terminal) writer() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for {
		for !t.closed && !t.pending() {
			t.wake.Wait()
		}
		if t.closed {
			return
		}
		out := t.compose()
		if len(out) == 0 {
			continue
		}
		t.writing = true
		t.mu.Unlock()
		n, err := t.file.Write(out)
		t.bytes.Add(uint64(max(0, n)))
		t.mu.Lock()
		t.writing = false
		if err != nil {
			t.err = err
			t.lostOnce.Do(func() { close(t.lost) })
		}
		t.wake.Broadcast()
	}
}

// pending reports whether there is something to send.
func (t *Terminal) pending() bool {
	if t.err != nil {
		return false
	}
	return len(t.foreign) > 0 || t.alt && (t.next != nil || !t.known && t.front.w > 0)
}

// compose builds one write: the program's bytes, then the newest frame.
func (t *Terminal) compose() []byte {
	e := &t.enc
	e.buf = append(e.buf[:0], t.foreign...)
	t.foreign = t.foreign[:0]
	if !t.alt {
		return e.buf
	}
	now, old := t.front, t.front
	if t.next != nil {
		now = t.next
	}
	if !t.known || old.w != now.w || old.h != now.h {
		old = nil
		e.unknown()
	}
	e.pal = t.pal
	start := len(e.buf)
	if t.sync {
		e.buf = append(e.buf, syncOn...)
	}
	body := len(e.buf)
	e.diff(old, now)
	switch {
	case len(e.buf) == body:
		e.buf = e.buf[:start] // nothing changed
	case t.sync:
		e.buf = append(e.buf, syncOff...)
	}
	if t.next != nil {
		t.front, t.spare, t.next = t.next, t.front, nil
		t.frames.Add(1)
	}
	t.known = true
	return e.buf
}
