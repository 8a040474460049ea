package themes

// DarkTheme is the default on a dark background.
func DarkTheme() Theme {
	t := Theme{Name: "dark", Dark: true}
	set := func(tok Token, hex uint32, attr Attr) { t.Looks[tok] = Look{Hex(hex), attr} }
	set(Text, 0xb8bcc4, 0)
	set(Strong, 0xf2f4f8, Bold)
	set(Muted, 0x868c98, 0)
	set(Faint, 0x4a4f5a, 0)
	set(Title, 0xc8ccd4, 0)
	set(Rule, 0x4a4f5a, 0)
	set(Focus, 0x7fb4ff, Bold)
	set(Key, 0x9fc4ff, 0)
	set(OK, 0x7fb98a, 0)
	set(Info, 0x7fb4d8, 0)
	set(Warning, 0xf0b050, Bold)
	set(Critical, 0xff6b63, Bold)
	set(Stale, 0x6a6f7a, 0)
	set(Accent, 0xb9a3ff, Bold)
	set(Link, 0x7fb4ff, Underline)
	set(Cursor, 0xe6e6e6, 0)
	set(Hit, 0x101010, Bold)
	set(Bar, 0x1c1f26, 0)
	set(Selection, 0x2a3140, 0)
	set(Overlay, 0x1e222b, 0)
	set(Span, 0x402a2a, 0)
	set(HitBack, 0xe0c060, 0)
	for i, c := range []uint32{0x6fa8dc, 0xe6a15c, 0x82b98a, 0xc58fd0, 0xd6c164, 0x6cc0c0, 0xd98a9a, 0x9aa4e6, 0xa8b86a, 0xb99a80} {
		set(Series(i), c, 0)
	}
	for i, c := range []uint32{0x1b2a41, 0x1f3b5a, 0x245073, 0x2b688a, 0x36829c, 0x4d9ca6, 0x78b5a4, 0xaecb98, 0xe0d889, 0xfbe77a} {
		set(heat0+Token(i), c, 0) //nolint:gosec // ten entries
	}
	return t
}
