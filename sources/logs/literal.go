package logs

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// A literal is text to find in bytes, its case folded or not. Folding is Unicode's
// simple one, as regexps have it; bytes that are no UTF-8 stand for themselves.
//
// What is looked for is one byte of it, the anchor, that is rare in logs, with
// bytes.IndexByte, which takes 32 bytes at a time; only around a hit is it compared:
//
//	needle        p o o l _ e x h a u s t e d
//	anchor                    x
//	buffer   ... max 40: pool exhausted after 3 s ...
//	               ^no         ^yes: back to p, then on to d
type literal struct {
	text    string     // not folded
	runes   [][][]byte // folded: for each character all its forms
	anchor  int        // index in text or runes
	bytes   []byte     // the bytes that a form of the anchor begins with, 1 to 4
	probe   int        // where, from the anchor, one of probes stands in every match
	probes  [256]bool  // all, if nothing is known
	longest int        // bytes of the longest match
	rarity  float64    // how often the anchor's bytes occur, per byte of a log
}

// newLiteral makes a literal of text that is not empty.
func newLiteral(text string, fold bool) *literal {
	l := &literal{text: text, rarity: 2}
	if fold {
		caseless := true
		for rest := text; rest != ""; {
			r, n := utf8.DecodeRuneInString(rest)
			forms := [][]byte{[]byte(rest[:n])}
			if r != utf8.RuneError {
				for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
					forms = append(forms, utf8.AppendRune(nil, f))
				}
			}
			most := 0
			for _, f := range forms {
				most = max(most, len(f))
			}
			l.runes = append(l.runes, forms)
			l.longest += most
			caseless = caseless && len(forms) == 1
			rest = rest[n:]
		}
		if caseless {
			l.runes = nil
		}
	}
	if l.runes == nil {
		l.longest = len(text)
		for i := range len(text) {
			l.anchorAt(i, []byte{text[i]})
		}
		l.probeAt(len(text), func(i int) [][]byte { return [][]byte{{text[i]}} })
		return l
	}
	for i, forms := range l.runes {
		var first []byte
		for _, f := range forms {
			if bytes.IndexByte(first, f[0]) < 0 {
				first = append(first, f[0])
			}
		}
		l.anchorAt(i, first)
	}
	l.probeAt(len(l.runes), func(i int) [][]byte { return l.runes[i] })
	return l
}

// probeAt takes as probe the rarest of n characters, but for the anchor, among
// those before and behind it that are one byte in all their forms.
func (l *literal) probeAt(n int, forms func(i int) [][]byte) {
	least := 2.0
	look := func(from, to, step int) {
		for i := from; i != to; i += step {
			sum := 0.0
			for _, f := range forms(i) {
				if len(f) > 1 {
					return
				}
				sum += byteShare[f[0]]
			}
			if i != l.anchor && sum < least {
				least, l.probe = sum, i-l.anchor
			}
		}
	}
	look(l.anchor, n, 1)
	look(l.anchor, -1, -1)
	for b := range l.probes {
		l.probes[b] = least > 1
	}
	if least <= 1 {
		for _, f := range forms(l.anchor + l.probe) {
			l.probes[f[0]] = true
		}
	}
}

// anchorAt takes the anchor that occurs least.
func (l *literal) anchorAt(i int, first []byte) {
	sum := 0.0
	for _, b := range first {
		sum += byteShare[b]
	}
	if sum < l.rarity {
		l.anchor, l.bytes, l.rarity = i, first, sum
	}
}

// firstWindow is how far ahead is looked for the second of two bytes before the
// first is; it doubles while neither comes.
const firstWindow = 1 << 9

// index is where the first match in buf begins and ends; -1 if there is none.
func (l *literal) index(buf []byte) (start, end int) {
	if len(l.bytes) == 1 {
		return l.indexFrom(buf, l.bytes[0])
	}
	var next [4]int // where each byte comes next, len(buf): not before limit
	limit, window := 0, firstWindow
	for limit < len(buf) {
		from := limit
		limit = min(len(buf), limit+window)
		window *= 2
		for i, b := range l.bytes {
			next[i] = indexByteIn(buf, b, from, limit)
		}
		for {
			i := 0
			for j := 1; j < len(l.bytes); j++ {
				if next[j] < next[i] {
					i = j
				}
			}
			at := next[i]
			if at == len(buf) {
				break
			}
			if start, end, ok := l.at(buf, at); ok {
				return start, end
			}
			next[i] = indexByteIn(buf, l.bytes[i], at+1, limit)
		}
	}
	return -1, -1
}

// indexAny is where the first match of any literal begins; -1 if there is none.
func indexAny(set []*literal, buf []byte) int {
	if len(set) == 1 {
		start, _ := set[0].index(buf)
		return start
	}
	for from, window := 0, 8*firstWindow; from < len(buf); window *= 2 {
		first := min(window, len(buf)-from) // where the window ends, or a match begins
		found := false
		for _, l := range set {
			part := buf[from:min(len(buf), from+first+l.longest-1)]
			if start, _ := l.index(part); start >= 0 && start < first {
				first, found = start, true
			}
		}
		from += first
		if found {
			return from
		}
	}
	return -1
}

// indexByteIn is where b is in buf[from:to], len(buf) if it is not there.
func indexByteIn(buf []byte, b byte, from, to int) int {
	if i := bytes.IndexByte(buf[from:to], b); i >= 0 {
		return from + i
	}
	return len(buf)
}

// indexFrom is index for an anchor of one byte.
func (l *literal) indexFrom(buf []byte, b byte) (start, end int) {
	misses := 0
	for at := 0; ; at++ {
		i := bytes.IndexByte(buf[at:], b)
		if i < 0 {
			return -1, -1
		}
		at += i
		if start, end, ok := l.at(buf, at); ok {
			return start, end
		}
		// The byte is not rare here after all.
		if misses++; misses > 32 && misses > at/16 && l.runes == nil {
			from := max(0, at-l.anchor)
			i := bytes.Index(buf[from:], []byte(l.text))
			if i < 0 {
				return -1, -1
			}
			return from + i, from + i + len(l.text)
		}
	}
}

// at compares around an anchor.
func (l *literal) at(buf []byte, at int) (start, end int, ok bool) {
	if p := uint(at + l.probe); p >= uint(len(buf)) || !l.probes[buf[p]] { // below 0 is past the end
		return 0, 0, false
	}
	return l.around(buf, at)
}

// around compares all of it.
func (l *literal) around(buf []byte, at int) (start, end int, ok bool) {
	if l.runes == nil {
		start, end = at-l.anchor, at-l.anchor+len(l.text)
		return start, end, start >= 0 && end <= len(buf) && string(buf[start:end]) == l.text
	}
	start, end = at, at
	for _, forms := range l.runes[l.anchor:] {
		n := 0
		for _, f := range forms {
			if bytes.HasPrefix(buf[end:], f) {
				n = len(f)
				break
			}
		}
		if n == 0 {
			return 0, 0, false
		}
		end += n
	}
	for i := l.anchor - 1; i >= 0; i-- {
		n := 0
		for _, f := range l.runes[i] {
			if bytes.HasSuffix(buf[:start], f) {
				n = len(f)
				break
			}
		}
		if n == 0 {
			return 0, 0, false
		}
		start -= n
	}
	return start, end, true
}

// byteShare is how often each byte occurs in logs: a rough count over syslog,
// JSON, logfmt and access logs. What is not named is rare.
var byteShare = func() (share [256]float64) {
	for b := range share {
		share[b] = 2e-4
		if b >= utf8.RuneSelf {
			share[b] = 1e-3
		}
	}
	for chars, s := range map[string]float64{
		" ": 0.1, "e": 0.06, "\"": 0.05, "o": 0.045, "a": 0.045, "t": 0.045, "r": 0.045, "s": 0.04, "i": 0.04, "n": 0.04,
		"0": 0.04, "1": 0.04, "2": 0.04, "c": 0.03, "d": 0.03, "l": 0.025, "p": 0.025, "m": 0.025, ":": 0.03, "3": 0.025,
		"4": 0.02, "5": 0.02, "6": 0.02, "7": 0.02, "8": 0.02, "9": 0.02, "u": 0.02, "=": 0.02, ".": 0.02, "-": 0.02, ",": 0.02,
		"g": 0.015, "h": 0.015, "f": 0.015, "/": 0.015, "v": 0.012, "b": 0.012, "y": 0.008, "w": 0.008, "T": 0.008,
		"k": 0.007, "_": 0.007, "\n": 0.007, "{}": 0.006, "[]()": 0.005, "x": 0.004, "DEIN": 0.004, "CGOPRSALF": 0.003,
		"q": 0.002, "j": 0.002, "z": 0.002, "MUBVWHZ": 0.0015, "+;|<>%&?": 0.001, "KJXQY": 0.0005,
	} {
		for i := range len(chars) {
			share[chars[i]] = s
		}
	}
	return share
}()
