package themes

// ANSI16Theme uses only the terminal's own 16 colours, on a dark background.
// Text is the terminal's own; what must not vanish is never black or blue.
func ANSI16Theme() Theme {
	t := basicTheme("ansi16", true, Hex(0x000000))
	t.setRange(series0, 14, 10, 13, 12, 6, 2, 5, 7, 15, 8) // yellow and red are for what is wrong
	t.setRange(heat0, 8, 4, 12, 6, 14, 2, 10, 3, 11, 15)
	t.Looks[Key].Color = ANSI(12)
	t.Looks[Link].Color = ANSI(12)
	t.Looks[Focus].Color = ANSI(14)
	t.Looks[Warning].Color = ANSI(11)
	t.Looks[Critical].Color = ANSI(9)
	return t
}

// ANSI16LightTheme is ANSI16Theme on a light background.
func ANSI16LightTheme() Theme {
	t := basicTheme("ansi16-light", false, Hex(0xffffff))
	t.setRange(series0, 4, 2, 5, 6, 12, 13, 8, 10, 14, 3)
	t.setRange(heat0, 7, 11, 3, 10, 2, 6, 12, 4, 5, 0)
	return t
}

// basicTheme is what both backgrounds have in common.
func basicTheme(name string, dark bool, paper Color) Theme {
	t := Theme{Name: name, Dark: dark, Paper: paper}
	copy(t.Looks[:], []Look{
		Strong: {Attr: Bold}, Muted: {Attr: Dim}, Faint: {ANSI(8), 0}, Rule: {ANSI(8), 0},
		Focus: {ANSI(4), Bold}, Key: {ANSI(4), 0}, OK: {ANSI(2), 0}, Info: {ANSI(6), 0},
		Warning: {ANSI(3), Bold}, Critical: {ANSI(1), Bold}, Stale: {Attr: Dim}, Accent: {ANSI(5), Bold},
		Link: {ANSI(4), Underline}, Cursor: {Attr: Bold}, Hit: {ANSI(0), 0},
		Selection: {Attr: Reverse}, Span: {Attr: Underline}, HitBack: {ANSI(3), 0},
	})
	return t
}

func (t *Theme) setRange(first Token, colors ...uint8) {
	for i, c := range colors {
		t.Looks[int(first)+i].Color = ANSI(c)
	}
}

// MonoTheme has attributes only: critical is bold and reversed, a warning bold
// and underlined, the selected row reversed. It is what NO_COLOR leaves of any
// theme. Series cycle through three weights; panels tell them apart by legend.
func MonoTheme() Theme {
	t := Theme{Name: "mono", Dark: true, Paper: Hex(0x000000)}
	copy(t.Looks[:], []Look{
		Strong: {Attr: Bold}, Muted: {Attr: Dim}, Faint: {Attr: Dim}, Rule: {Attr: Dim}, Focus: {Attr: Bold},
		Key: {Attr: Bold}, Warning: {Attr: Bold | Underline}, Critical: {Attr: Bold | Reverse}, Stale: {Attr: Dim},
		Accent: {Attr: Bold}, Link: {Attr: Underline}, Cursor: {Attr: Bold}, Hit: {Attr: Bold},
		Selection: {Attr: Reverse}, Span: {Attr: Underline}, HitBack: {Attr: Reverse},
	})
	for i := range NumSeries {
		t.Looks[int(series0)+i].Attr = [...]Attr{0, Bold, Dim}[i%3]
	}
	for i := range NumHeat {
		t.Looks[int(heat0)+i].Attr = [...]Attr{Dim, Dim, Dim, Dim, 0, 0, 0, Bold, Bold, Bold}[i]
	}
	return t
}
