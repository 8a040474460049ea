package prometheus

import (
	"bytes"
	"errors"
	"io"
)

// skip reads past a value. It does not look whether what is inside is well formed.
func (s *scanner) skip() error {
	c, err := s.peek()
	if err != nil {
		return err
	}
	switch c {
	case '{', '[':
		return s.skipList()
	case '"':
		s.pos++
		return s.skipText()
	case 't':
		return s.word("true")
	case 'f':
		return s.word("false")
	case 'n':
		return s.word("null")
	}
	_, err = s.number()
	return err
}

func (s *scanner) skipList() error {
	for depth := 0; ; {
		if s.pos == s.end && !s.more() {
			return s.ended()
		}
		c := s.buf[s.pos]
		s.pos++
		switch c {
		case '{', '[':
			if depth++; depth > maxDepth {
				return s.fail("nested more than %d deep", maxDepth)
			}
		case '}', ']':
			if depth--; depth == 0 {
				return nil
			}
		case '"':
			if err := s.skipText(); err != nil {
				return err
			}
		}
	}
}

func (s *scanner) skipText() error {
	for {
		i := bytes.IndexByte(s.buf[s.pos:s.end], '"')
		if j := bytes.IndexByte(s.buf[s.pos:max(s.pos, s.pos+i)], '\\'); i >= 0 && j < 0 {
			s.pos += i + 1
			return nil
		}
		for s.pos < s.end {
			c := s.buf[s.pos]
			s.pos++
			if c == '"' {
				return nil
			}
			if c == '\\' {
				if s.pos == s.end && !s.more() {
					return s.ended()
				}
				s.pos++
				break // look again for an end without escapes before it
			}
		}
		if s.pos == s.end && !s.more() {
			return s.ended()
		}
	}
}

// finish reads to the end of the body, so that its checksum is looked at and its connection can be used again.
func (s *scanner) finish() error {
	c, err := s.peek()
	switch {
	case err == nil:
		return s.fail("%q after the end of the answer", c)
	case errors.Is(s.err, io.EOF):
		return nil
	}
	return err
}
