package prometheus

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"
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

// text reads a string; null is an empty one.
func (s *scanner) text() ([]byte, error) {
	c, err := s.peek()
	if err != nil {
		return nil, err
	}
	if c == 'n' {
		return nil, s.word("null")
	}
	if err := s.token('"'); err != nil {
		return nil, err
	}
	// Nearly always it is held in whole and has no escapes.
	s.want(256)
	for i := s.pos; i < s.end; i++ {
		switch c := s.buf[i]; {
		case c == '"':
			b := s.buf[s.pos:i]
			s.pos = i + 1
			return valid(b), nil
		case c == '\\' || c < ' ':
			return s.longText()
		}
	}
	return s.longText()
}

// longText reads the rest of a string that has escapes or is not held in whole.
func (s *scanner) longText() ([]byte, error) {
	s.long = s.long[:0]
	for {
		if s.pos == s.end && !s.more() {
			return nil, s.ended()
		}
		c := s.buf[s.pos]
		switch {
		case c == '"':
			s.pos++
			return valid(s.long), nil
		case c < ' ':
			return nil, s.fail("a control character in a string")
		case c == '\\':
			if err := s.escape(); err != nil {
				return nil, err
			}
		default:
			s.long = append(s.long, c)
			s.pos++
		}
	}
}

func (s *scanner) escape() error {
	s.want(2)
	if s.end-s.pos < 2 {
		return s.ended()
	}
	c := s.buf[s.pos+1]
	if c == 'u' {
		return s.unicode()
	}
	const from, to = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	i := bytes.IndexByte([]byte(from), c)
	if i < 0 {
		return s.fail("an escape that JSON does not have: \\%q", c)
	}
	s.long = append(s.long, to[i])
	s.pos += 2
	return nil
}

func (s *scanner) unicode() error {
	s.want(12)
	r, ok := hex4(s.buf[s.pos:s.end])
	if !ok {
		if s.end-s.pos < 6 {
			return s.ended()
		}
		return s.fail("\\u without four hexadecimal digits")
	}
	s.pos += 6
	if utf16.IsSurrogate(r) {
		low, ok := hex4(s.buf[s.pos:s.end])
		if r = utf16.DecodeRune(r, low); ok && r != utf8.RuneError {
			s.pos += 6
		} else {
			r = utf8.RuneError
		}
	}
	s.long = utf8.AppendRune(s.long, r)
	return nil
}

// hex4 is the number of \uXXXX that b begins with.
func hex4(b []byte) (r rune, ok bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	for _, c := range b[2:6] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

func valid(b []byte) []byte {
	if utf8.Valid(b) {
		return b
	}
	return bytes.ToValidUTF8(b, []byte("\uFFFD"))
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
