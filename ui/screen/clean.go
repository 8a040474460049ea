package screen

import (
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

// maxCluster is the most bytes one grapheme cluster may have; a longer one (a
// pile of combining marks) is shown as U+FFFD.
const maxCluster = 32

// graphemes cuts clean text into what each cell shows. It is the one gate from
// text to cells: emit gets a printable rune (cluster == "") or a cluster of
// several runes, and the columns it takes (1 or 2). emit returns false to stop.
//
// Made visible: C0 controls and DEL as their Unicode pictures (U+2400 block), C1
// controls, invalid UTF-8, bidirectional overrides and isolates, zero-width
// characters that stand alone, private-use and unassigned characters, and
// clusters over maxCluster bytes as U+FFFD.
func graphemes(s string, emit func(r rune, cluster string, width int) bool) {
	for len(s) > 0 {
		if c := s[0]; c < utf8.RuneSelf && (len(s) == 1 || s[1] < utf8.RuneSelf) {
			// ASCII followed by ASCII cannot be part of a cluster ("\r\n" is shown as two).
			if !emit(visible(rune(c)), "", 1) {
				return
			}
			s = s[1:]
			continue
		}
		n := firstCluster(s)
		r, width, cluster := judge(s[:n])
		if !emit(r, cluster, width) {
			return
		}
		s = s[n:]
	}
}

// firstCluster is the length in bytes of the first grapheme cluster of s.
func firstCluster(s string) int {
	// A cluster cannot usefully be longer than a few hundred bytes; looking no
	// further keeps a megabyte of combining marks linear.
	const horizon = 512
	head := s
	if len(head) > horizon {
		head = head[:horizon]
	}
	g := displaywidth.StringGraphemes(head)
	if !g.Next() {
		return len(head)
	}
	return max(1, len(g.Value()))
}

// judge says what a cluster is shown as.
func judge(c string) (r rune, width int, cluster string) {
	const bad = utf8.RuneError
	r, size := utf8.DecodeRuneInString(c)
	if r == utf8.RuneError && size <= 1 {
		return bad, 1, ""
	}
	if size == len(c) {
		r = visible(r)
		return r, runeWidth(r), ""
	}
	if len(c) > maxCluster {
		return bad, 1, ""
	}
	for i, cr := range c {
		if cr == utf8.RuneError || (i == 0 || !joins(cr)) && visible(cr) != cr {
			return bad, 1, ""
		}
	}
	w := displaywidth.String(c)
	if w < 1 {
		return bad, 1, ""
	}
	return 0, min(w, 2), c
}

// joins reports whether r may stand inside a cluster though it is invisible alone.
func joins(r rune) bool {
	return r == 0x200d || r == 0x200c || r >= 0xfe00 && r <= 0xfe0f || // joiners, variation selectors
		r >= 0xe0020 && r <= 0xe007f || // tags, as in flags
		extends(r) || unicode.In(r, unicode.Mn, unicode.Me)
}

// extends reports whether r, though it takes a column, would join the
// character before it: spacing marks, the Thai and Lao vowel sign am, Hangul vowels
// and finals (Unicode Annex 29). At the start of a cell it would pull in its neighbour.
func extends(r rune) bool {
	return r == 0x0e33 || r == 0x0eb3 || r >= 0x1160 && r <= 0x11ff || r >= 0xd7b0 && r <= 0xd7fb ||
		r >= 0x1f3fb && r <= 0x1f3ff || unicode.Is(unicode.Mc, r)
}

// visible gives the rune shown for r when it stands alone.
func visible(r rune) rune {
	switch {
	case r < 0:
		return utf8.RuneError
	case r < 0x20:
		return 0x2400 + r
	case r < 0x7f:
		return r
	case r == 0x7f:
		return 0x2421
	case r < 0xa0:
		return utf8.RuneError
	case r == 0xa0:
		return ' '
	case r < 0x300:
		if r == 0xad { // soft hyphen: invisible in some terminals
			return '-'
		}
		return r
	case r >= 0x2500 && r < 0x2800, r >= 0x2800 && r < 0x2900: // drawing
		return r
	case !unicode.IsGraphic(r), extends(r), unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp):
		return utf8.RuneError
	case unicode.Is(unicode.Zs, r):
		return ' '
	}
	return r
}

// runeWidth is the columns a visible rune takes, 1 or 2.
func runeWidth(r rune) int {
	if r < 0x300 {
		return 1
	}
	return min(max(displaywidth.Rune(r), 1), 2)
}

// Clean is s as the screen would show it: hostile characters made visible or
// replaced. It is for text that leaves by another way than a Region (a title, a
// copied line).
func Clean(s string) string {
	b := make([]byte, 0, len(s))
	graphemes(s, func(r rune, cluster string, _ int) bool {
		if cluster != "" {
			b = append(b, cluster...)
		} else {
			b = utf8.AppendRune(b, r)
		}
		return true
	})
	return string(b)
}

// Width is the number of columns s takes when drawn.
func Width(s string) int {
	n := 0
	graphemes(s, func(_ rune, _ string, w int) bool {
		n += w
		return true
	})
	return n
}
