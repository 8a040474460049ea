package prometheus

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

const (
	heldBytes = 64 << 10 // bytes of the body that are held at a time
	// maxDepth bounds what is left out unread; answers are 8 deep.
	maxDepth = 128
)

// A syntaxError is a body that is not what the API says.
type syntaxError struct {
	at   int64
	what string
}

func (e *syntaxError) Error() string { return fmt.Sprintf("at byte %d: %s", e.at, e.what) }

// A scanner reads JSON from a stream, value by value, without a tree. Bytes it
// gives are valid until its next call. Its errors are a *syntaxError, what the
// reader failed with, or io.ErrUnexpectedEOF.
type scanner struct {
	r        io.Reader
	buf      []byte
	pos, end int   // what is held and not read yet: buf[pos:end]
	before   int64 // bytes of the body before buf[0]
	err      error // of the reader, once it failed or ended
	long     []byte
}

func newScanner(r io.Reader) *scanner { return &scanner{r: r, buf: make([]byte, heldBytes)} }

// more adds bytes to what is held; false: the reader has no more, or there is no room.
func (s *scanner) more() bool {
	if s.err != nil {
		return false
	}
	if s.pos > 0 {
		copy(s.buf, s.buf[s.pos:s.end])
		s.before += int64(s.pos)
		s.end -= s.pos
		s.pos = 0
	}
	if s.end == len(s.buf) {
		return false
	}
	for range 100 {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		s.err = err
		if n > 0 {
			return true
		}
		if err != nil {
			return false
		}
	}
	s.err = io.ErrNoProgress
	return false
}

// want tries to hold n bytes at least; n is far less than the window.
func (s *scanner) want(n int) {
	for s.end-s.pos < n {
		if !s.more() {
			return
		}
	}
}

func (s *scanner) ended() error {
	if s.err == nil || errors.Is(s.err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return s.err
}

func (s *scanner) fail(format string, args ...any) error {
	return &syntaxError{s.before + int64(s.pos), fmt.Sprintf(format, args...)}
}

// peek gives the byte that the next value begins with.
func (s *scanner) peek() (byte, error) {
	for {
		for s.pos < s.end {
			switch c := s.buf[s.pos]; c {
			case ' ', '\n', '\t', '\r':
				s.pos++
			default:
				return c, nil
			}
		}
		if !s.more() {
			return 0, s.ended()
		}
	}
}

// token reads the byte c.
func (s *scanner) token(c byte) error {
	got, err := s.peek()
	if err != nil {
		return err
	}
	if got != c {
		return s.fail("%q where %q should be", got, c)
	}
	s.pos++
	return nil
}

// next reads what stands between the members of a list: true for a comma.
func (s *scanner) next(end byte) (bool, error) {
	c, err := s.peek()
	if err != nil {
		return false, err
	}
	if c != ',' && c != end {
		return false, s.fail("%q where ',' or %q should be", c, end)
	}
	s.pos++
	return c == ',', nil
}

// open reads the beginning of a list; false: it is empty, or null.
func (s *scanner) open(begin, end byte) (bool, error) {
	c, err := s.peek()
	if err != nil {
		return false, err
	}
	if c == 'n' {
		return false, s.word("null")
	}
	if err := s.token(begin); err != nil {
		return false, err
	}
	if c, err = s.peek(); err != nil {
		return false, err
	}
	if c == end {
		s.pos++
		return false, nil
	}
	return true, nil
}

// object calls each with every key; each reads the value.
func (s *scanner) object(each func(key []byte) error) error {
	on, err := s.open('{', '}')
	for on && err == nil {
		var key []byte
		if key, err = s.text(); err != nil {
			return err
		}
		// each switches on the key before it reads on, so a colon may be read first only from what is held.
		if s.pos < s.end && s.buf[s.pos] == ':' {
			s.pos++
		} else {
			key = append(make([]byte, 0, len(key)), key...)
			if err = s.token(':'); err != nil {
				return err
			}
		}
		if err = each(key); err == nil {
			on, err = s.next('}')
		}
	}
	return err
}

// array calls each at every element; each reads it.
func (s *scanner) array(each func() error) error {
	on, err := s.open('[', ']')
	for on && err == nil {
		if err = each(); err == nil {
			on, err = s.next(']')
		}
	}
	return err
}

func (s *scanner) word(w string) error {
	s.want(len(w))
	if !bytes.HasPrefix(s.buf[s.pos:s.end], []byte(w)) {
		if s.end-s.pos < len(w) {
			return s.ended()
		}
		return s.fail("not %s", w)
	}
	s.pos += len(w)
	return nil
}

// number reads the text of a number.
func (s *scanner) number() ([]byte, error) {
	if _, err := s.peek(); err != nil {
		return nil, err
	}
	s.long = s.long[:0]
	for {
		if s.pos == s.end && !s.more() {
			if len(s.long) > 0 && errors.Is(s.err, io.EOF) {
				return s.long, nil
			}
			return nil, s.ended()
		}
		switch c := s.buf[s.pos]; {
		case c >= '0' && c <= '9', c == '.', c == '-', c == '+', c == 'e', c == 'E':
			if len(s.long) == 400 {
				return nil, s.fail("a number of more than 400 digits")
			}
			s.long = append(s.long, c)
			s.pos++
		case len(s.long) == 0:
			return nil, s.fail("%q where a number should be", c)
		default:
			return s.long, nil
		}
	}
}
