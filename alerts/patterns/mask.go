package patterns

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// What is put for what varies. None of these bytes occurs in UTF-8, and other
// bytes that do not are masked themselves, so a token's own text never has them.
const (
	masked = 0xff // stands for bytes other than white space
	quoted = 0xfe // stands for what is between quotes, white space among it, or for nothing
)

// The bounds of what is read of a line; behind them is its tail, which is not told apart.
const (
	maxBytes  = 2048
	maxTokens = 64  // glue and loose are sets in 64 bits
	maxToken  = 128 // bytes of a token; a longer one is masked as a whole
	maxQuote  = 256 // bytes between two quotes, else they are none
)

// A shape is what lines must share to be of one template.
type shape struct {
	tokens int
	glue   uint64 // the tokens that follow the one before them without white space
	cut    bool   // there is a tail
}

// A scanner takes a line apart into masked tokens:
//
//	user=ann took 12.5ms from 10.0.0.1:80, "no route"
//	user= ann took <*> from <*>, "<*>"
//	    ^glue
//
// Its memory is used again for the next line.
type scanner struct {
	shape
	text  string // what was read, without white space around it
	buf   []byte // the masked tokens one behind the other
	ends  [maxTokens]int
	loose uint64 // the tokens that white space other than one blank is before
}

// token is the i-th token.
func (s *scanner) token(i int) []byte {
	if i == 0 {
		return s.buf[:s.ends[0]]
	}
	return s.buf[s.ends[i-1]:s.ends[i]]
}

func space(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' && c != '\v' }

// scan reads the first line of text that is not blank.
func (s *scanner) scan(text string) {
	s.shape, s.loose, s.buf = shape{}, 0, s.buf[:0]
	i := 0
	for i < len(text) && space(text[i]) {
		i++
	}
	text = text[i:]
	if i = strings.IndexByte(text, '\n'); i >= 0 {
		text = text[:i]
	}
	for len(text) > 0 && space(text[len(text)-1]) {
		text = text[:len(text)-1]
	}
	if len(text) > maxBytes {
		text, s.cut = text[:maxBytes], true
	}
	end := 0
	for i = 0; i < len(text); {
		start := i
		for space(text[i]) { // text does not end with white space unless it was cut
			if i++; i == len(text) {
				s.text = text[:end]
				return
			}
		}
		if s.tokens == maxTokens {
			s.cut = true
			break
		}
		from := len(s.buf)
		begins := i
		i = s.scanToken(text, i, from)
		if s.cut && i == len(text) && s.tokens > 0 { // not all of the token is here
			s.buf = s.buf[:from]
			break
		}
		if len(s.buf)-from > maxToken {
			mask := byte(masked)
			if bytes.IndexByte(s.buf[from:], quoted) >= 0 {
				mask = quoted
			}
			s.buf = append(s.buf[:from], mask)
		}
		bit := uint64(1) << s.tokens
		switch {
		case s.tokens == 0:
		case begins == start:
			s.glue |= bit
		case begins > start+1 || text[start] != ' ':
			s.loose |= bit
		}
		s.ends[s.tokens] = len(s.buf)
		s.tokens++
		end = i
	}
	s.text = text[:end]
}

// scanToken appends the token that begins at text[i], masked, and returns where it ends.
func (s *scanner) scanToken(text string, i, from int) int {
	for i < len(text) {
		c := text[i]
		switch kind[c] {
		case isSpace:
			return i
		case isQuote:
			if end := closing(text, i); end > 0 && s.opens(from) {
				s.buf = append(s.buf, c, quoted, c)
				i = end
				continue
			}
		case isDigit:
			i = s.number(text, i)
			continue
		case isLetter:
			i = s.word(text, i)
			continue
		case isSign:
			if i+1 < len(text) && kind[text[i+1]] == isDigit && s.opens(from) {
				i = s.number(text, i+1)
				continue
			}
		case isHigh:
			if r, n := utf8.DecodeRuneInString(text[i:]); r != utf8.RuneError || n > 1 {
				s.buf = append(s.buf, text[i:i+n]...)
				i += n
			} else {
				s.mask()
				i++
			}
			continue
		case isLess:
			if strings.HasPrefix(text[i:], wildcard) {
				s.mask()
				i += len(wildcard)
				continue
			}
		}
		s.buf = append(s.buf, c)
		i++
		if c == '=' && i < len(text) {
			return i
		}
	}
	return i
}

// opens reports whether a quote or a sign can stand here: at the start of a
// token or behind what opens or separates.
func (s *scanner) opens(from int) bool {
	if len(s.buf) == from {
		return true
	}
	switch s.buf[len(s.buf)-1] {
	case '(', '[', '{', ':', ',', '=', '<', '|', ';':
		return true
	}
	return false
}

// closing is where the text is over that the quote at text[i] opens; 0 if it opens
// none, or the name of a key, or a message, which is what a template is made of.
func closing(text string, i int) int {
	q := text[i]
	if strings.HasSuffix(text[:i], "msg=") || strings.HasSuffix(text[:i], "message=") {
		return 0
	}
	for j := i + 1; j < len(text) && j-i <= maxQuote; j++ {
		switch text[j] {
		case '\\':
			j++
		case q:
			if j+1 < len(text) {
				switch k := kind[text[j+1]]; {
				case k == isLetter || k == isDigit || k == isHigh: // don't, 'tis
					continue
				case text[j+1] == ':' && j+2 < len(text) && !space(text[j+2]), text[j+1] == '=':
					return 0
				}
			}
			return j + 1
		}
	}
	return 0
}

// mask appends a mask unless there is one already.
func (s *scanner) mask() {
	if n := len(s.buf); n == 0 || s.buf[n-1] != masked || s.tokens > 0 && n == s.ends[s.tokens-1] {
		s.buf = append(s.buf, masked)
	}
}

// number masks what begins with the digit at text[i]: numbers, durations, sizes,
// dates and times, addresses, UUIDs, hashes. It goes on over a joint if what is
// behind has a digit in it or is hexadecimal.
func (s *scanner) number(text string, i int) int {
	i, _, _ = piece(text, i)
	for i+1 < len(text) && kind[text[i]]&isJoint != 0 {
		from := i + 1
		if text[i] == ':' && text[from] == ':' { // 2001:db8::1
			from++
		}
		end, digits, hex := piece(text, from)
		if digits == 0 && !hex || text[i] == '/' && kind[text[from]] != isDigit || from > i+1 && !hex {
			break
		}
		i = end
	}
	if strings.HasPrefix(text[i:], "µs") || strings.HasPrefix(text[i:], "μs") { // micro sign, Greek mu
		i += len("µs")
	}
	s.mask()
	return i
}

// piece is where the run of letters and digits at text[i] ends, how many digits
// are in it, and whether it is one, of hexadecimal digits alone.
func piece(text string, i int) (end, digits int, hex bool) {
	start := i
	hex = true
	for i < len(text) {
		switch c := text[i]; kind[c] {
		case isDigit:
			digits++
		case isLetter:
			if c|0x20 > 'f' {
				hex = false
			}
		default:
			return i, digits, hex && i > start
		}
		i++
	}
	return i, digits, hex && i > start
}

// word appends what begins with the letter at text[i]: as it is without digits,
// eth<*> for eth0, nothing but a mask for hashes and the like.
func (s *scanner) word(text string, i int) int {
	end, digits, hex := piece(text, i)
	if hex && end-i <= 4 && end < len(text) && text[end] == ':' {
		if n := address(text[i:]); n > 0 {
			s.mask()
			return i + n
		}
	}
	switch {
	case digits == 0:
		s.buf = append(s.buf, text[i:end]...)
		return end
	case hex && end-i >= 6:
		return s.number(text, i)
	}
	runs := 0
	for j := i + 1; j < end; j++ {
		if kind[text[j]] == isDigit && kind[text[j-1]] == isLetter {
			runs++
		}
	}
	last := kind[text[end-1]] == isDigit
	switch {
	case runs > 1:
		return s.number(text, i)
	case !last && end-i <= 4: // k8s, i18n
		s.buf = append(s.buf, text[i:end]...)
		return end
	}
	j := i
	for kind[text[j]] == isLetter {
		j++
	}
	s.buf = append(s.buf, text[i:j]...)
	if last {
		return s.number(text, j)
	}
	for kind[text[j]] == isDigit {
		j++
	}
	s.mask()
	s.buf = append(s.buf, text[j:end]...)
	return end
}

// address is the length of the address of IPv6 or of hardware that text begins with, 0 if none.
func address(text string) int {
	i, group, colons, digits := 0, 0, 0, 0
	for ; i < len(text); i++ {
		c := text[i]
		switch k := kind[c]; {
		case c == ':':
			colons++
			group = 0
		case k == isDigit, k == isLetter && c|0x20 <= 'f':
			if group++; group > 4 {
				return 0
			}
			if k == isDigit {
				digits++
			}
		case k == isLetter:
			return 0
		default:
			goto done
		}
	}
done:
	if text[i-1] == ':' { // the colon of "at fe80::1: no route"
		i--
		colons--
	}
	if colons < 2 || digits == 0 && colons < 5 || text[i-1] == ':' {
		return 0
	}
	return i
}

// The kinds of bytes. isJoint is a bit, for a sign is a joint too.
const (
	isOther  = 0
	isSpace  = 1
	isQuote  = 2
	isDigit  = 3
	isLetter = 4
	isHigh   = 5
	isLess   = 6
	isJoint  = 8
	isSign   = isJoint | 1
)

var kind = func() (k [256]byte) {
	for c := range k {
		switch b := byte(c); {
		case space(b):
			k[c] = isSpace
		case b == '"' || b == '\'' || b == '`':
			k[c] = isQuote
		case b >= '0' && b <= '9':
			k[c] = isDigit
		case b|0x20 >= 'a' && b|0x20 <= 'z':
			k[c] = isLetter
		case b >= utf8.RuneSelf:
			k[c] = isHigh
		case b == '<':
			k[c] = isLess
		case b == '-' || b == '+':
			k[c] = isSign
		case b == '.' || b == ':' || b == ',' || b == '/' || b == '_' || b == '~':
			k[c] = isJoint
		default:
			k[c] = isOther
		}
	}
	return k
}()
