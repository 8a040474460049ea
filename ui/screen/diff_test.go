package screen

import (
	"bytes"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/vt"

	"nightjar/themes"
)

// shown reads an emulator's screen as Grid.String gives it.
func shown(emu *vt.Emulator, w, h int) string {
	var b bytes.Buffer
	for y := range h {
		for x := 0; x < w; {
			c := emu.CellAt(x, y)
			if c == nil || c.Content == "" {
				b.WriteByte(' ')
				x++
				continue
			}
			b.WriteString(c.Content)
			x += max(1, c.Width)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// looks lists colours and attributes of an emulator's cells; a blank's
// foreground does not matter.
func looks(emu *vt.Emulator, w, h int) []any {
	var out []any
	for y := range h {
		for x := range w {
			c := emu.CellAt(x, y)
			if c == nil {
				out = append(out, nil)
				continue
			}
			st := c.Style
			if c.Content == "" || c.Content == " " {
				if st.Attrs&(1<<5) == 0 { // not reversed
					st.Fg = nil
				}
				st.Attrs &= 1 << 5
			}
			out = append(out, st)
		}
	}
	return out
}

// edit changes g by one step of a script of bytes, of texts.
func edit(g *Grid, step []byte, texts []string) {
	w, h := g.Size()
	x, y := int(step[0])%(w+4)-2, int(step[1])%h
	s := On(themes.Token(step[2] % byte(themes.NumTokens)))
	if step[2]&0x80 != 0 {
		s = s.Over([]themes.Token{themes.Bar, themes.Selection, themes.Overlay, themes.Span}[step[2]>>5&3])
	}
	if step[3]&0x40 != 0 {
		s = s.With(themes.Attr(step[3] >> 3 & 31))
	}
	switch step[3] % 8 {
	case 0:
		g.All().Sub(x, y, int(step[2])%w, 2).Fill(' ', 0)
	case 1:
		g.All().Put(x, y, '⣿', s)
	case 2:
		g.All().Sub(x, y, 5, 2).Dim(themes.Stale)
	case 3:
		g.Clear()
	case 4:
		g.All().Sub(x, y, int(step[2])%w, 2).Fill(' ', s)
	default:
		g.All().Text(x, y, texts[int(step[2])%len(texts)], s)
	}
}

func FuzzDiff(f *testing.F) {
	f.Add([]byte("the quick brown fox jumps over the lazy dog"), byte(0))
	f.Add([]byte{0, 0, 7, 5, 1, 0, 8, 5, 3, 3, 3, 3, 9, 1, 130, 4, 2, 1, 140, 5}, byte(1))
	const w, h = 16, 4
	// An emulator has 4 MB: there is one pair, which each script finds reset.
	emu, whole := vt.NewEmulator(w, h), vt.NewEmulator(w, h)
	var palettes []*themes.Palette
	for _, profile := range []colorprofile.Profile{colorprofile.TrueColor, colorprofile.ANSI, colorprofile.ASCII} {
		palettes = append(palettes, themes.NewPalette(themes.DarkTheme(), profile))
	}
	texts := hostile()
	f.Fuzz(func(t *testing.T, script []byte, kind byte) {
		pal := palettes[kind%3]
		_, _ = emu.WriteString("\x1bc")
		_, _ = whole.WriteString("\x1bc")
		inc := encoder{pal: pal}
		inc.unknown()
		old, now := NewGrid(w, h), NewGrid(w, h)
		inc.diff(nil, old)
		_, _ = emu.Write(inc.buf)
		for len(script) >= 8 {
			edit(now, script, texts)
			edit(now, script[4:], texts)
			script = script[8:]
			checkWhole(t, now)
			inc.buf = inc.buf[:0]
			inc.diff(old, now)
			_, _ = emu.Write(inc.buf)
			if got, want := shown(emu, w, h), now.String(); got != want {
				t.Fatalf("shown\n%s\nwant\n%s\nafter %q", got, want, inc.buf)
			}
			old.CopyFrom(now)
		}
		full := encoder{pal: pal}
		full.unknown()
		full.diff(nil, now)
		_, _ = whole.Write(full.buf)
		if got, want := shown(whole, w, h), now.String(); got != want {
			t.Fatalf("a whole frame shows\n%s\nwant\n%s", got, want)
		}
		a, b := looks(emu, w, h), looks(whole, w, h)
		for i := range a {
			if a[i] != b[i] {
				t.Fatalf("cell %d, %d: %+v after edits, %+v drawn anew", i%w, i/w, a[i], b[i])
			}
		}
	})
}
