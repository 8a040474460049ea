package screen

import (
	"math/bits"
	"strings"
	"unicode/utf8"
)

// ASCII makes the whole grid 7-bit: lines become - | +, blocks # and their
// like, braille ' . : or #, accented Latin letters lose their accents, and what
// has no likeness becomes ?. No cell moves.
func (g *Grid) ASCII() {
	for i, c := range g.cells {
		switch {
		case c.ch < utf8.RuneSelf:
		case c.ch == continuation:
			g.cells[i] = cell{ch: ' ', style: c.style &^ wideBit}
		case c.ch >= clusterBase:
			r, _ := utf8.DecodeRuneInString(clusters.text(c.ch))
			g.cells[i] = cell{ch: uint32(asciiOf(r)), style: c.style &^ wideBit}
		default:
			g.cells[i] = cell{ch: uint32(asciiOf(rune(c.ch))), style: c.style &^ wideBit}
		}
	}
}

// asciiOf is the 7-bit stand-in for a printable rune.
func asciiOf(r rune) byte {
	const (
		latin   = " !cL*Y|S\"ca<--R-o+23'uP.,1o>%%%?AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty"
		lower   = "'__--==##" // U+2580 upper half, then eighths from below
		leftish = "####|||"   // U+2589 on: eighths from the left
		symbols = "‐-‑-‒-–-—-―-‘'’'‚,“\"”\"„\"•*….‹<›>←<↑^→>↓v↔-↕|⇐<⇒>∆D∑S−-≈~≠!≤<≥>■#□o▪*▫o▲^△^▴^▵^▶>▷>▸>►>▼v▽v▾v▿v◀<◁<◂<◄<" +
			"◆*◇o◈*○o●*◉*◌o◍*◐o◑o★*☆*☐o☑x☒x✓+✔+✕x✖x✗x✘x❯>❮<⚠!⏸=⏵>␀?"
	)
	switch {
	case r < utf8.RuneSelf:
		return byte(r) //nolint:gosec // 7 bits
	case r >= 0xa0 && r <= 0xff:
		return latin[r-0xa0]
	case r >= 0x2580 && r <= 0x2588:
		return lower[r-0x2580]
	case r >= 0x2589 && r <= 0x258f:
		return leftish[r-0x2589]
	case r == 0x2590, r >= 0x2596 && r <= 0x259f, r == 0x2593:
		return '#'
	case r == 0x2591:
		return '.'
	case r == 0x2592:
		return ':'
	case r == 0x2594:
		return '\''
	case r == 0x2595:
		return '|'
	case r >= 0x2800 && r <= 0x28ff:
		return asciiDots(byte(r)) //nolint:gosec // the low byte is the dots
	}
	if left, right, up, down, ok := armsOf(r); ok {
		switch {
		case r == '╱':
			return '/'
		case r == '╲':
			return '\\'
		case r == '╳':
			return 'x'
		case up|down == 0 && left|right == 3:
			return '='
		case up|down == 0:
			return '-'
		case left|right == 0:
			return '|'
		}
		return '+'
	}
	if i := strings.IndexRune(symbols, r); i >= 0 {
		return symbols[i+utf8.RuneLen(r)]
	}
	return '?'
}

// asciiDots is the likeness of a braille pattern: where its dots are, and how many.
func asciiDots(dots byte) byte {
	const top, bottom = 0x1b, 0xe4 // dots 1 2 4 5, and 3 6 7 8
	switch {
	case dots == 0:
		return ' '
	case dots&bottom == 0:
		return '\''
	case dots&top == 0:
		return '.'
	case bits.OnesCount8(dots) > 5:
		return '#'
	}
	return ':'
}
