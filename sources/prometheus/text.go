package prometheus

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

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
