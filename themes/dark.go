package themes

// DarkTheme is the default on a dark background: greys at rest, series muted
// but distinct, amber and red for what is wrong only.
func DarkTheme() Theme {
	return sheet{
		name: "dark", dark: true, paper: 0x101216,
		looks: [series0]Look{
			Text: plain(0xb8bcc4), Strong: bold(0xf2f4f8), Muted: plain(0x8a909c), Faint: plain(0x4a4f5a),
			Title: plain(0xc8ccd4), Rule: plain(0x4a4f5a), Focus: bold(0x7fb4ff), Key: plain(0x9fc4ff),
			OK: plain(0x7fb98a), Info: plain(0x7fb4d8), Warning: bold(0xf2b24a), Critical: bold(0xff6b63),
			Stale: plain(0x757b87), Accent: bold(0xb9a3ff), Link: {Hex(0x7fb4ff), Underline}, Cursor: plain(0xe6e6e6),
			Hit: bold(0x101010), Bar: plain(0x1c1f26), Selection: backed(0x2a3140), Overlay: plain(0x1e222b),
			Span: {Hex(0x402a2a), Underline}, HitBack: backed(0xe0c060),
		},
		series: [NumSeries]uint32{
			0x88a9fb, 0xb0ea9a, 0xd783ba, 0x09966d, 0x88e2ff, 0xbfb4a0, 0x2e8ac4, 0xffb9f6, 0x00c0c0, 0x987d78,
		},
		heat: [NumHeat]uint32{
			0x1b2a41, 0x1f3b5a, 0x245073, 0x2b688a, 0x36829c, 0x4d9ca6, 0x78b5a4, 0xaecb98, 0xe0d889, 0xfbe77a,
		},
	}.theme()
}

// NightTheme is for 3 a.m. in a dark room: amber and red only, little blue
// light, nothing bright but what is wrong.
func NightTheme() Theme {
	return sheet{
		name: "night", dark: true, paper: 0x000000,
		looks: [series0]Look{
			Text: plain(0x967050), Strong: bold(0xb8865c), Muted: plain(0x80603f), Faint: plain(0x40301f),
			Title: plain(0xa07a54), Rule: plain(0x40301f), Focus: bold(0xc08a4a), Key: plain(0xa87c4a),
			OK: plain(0x8a8040), Info: plain(0x9c805a), Warning: bold(0xd0943a), Critical: bold(0xe8543c),
			Stale: plain(0x6e5238), Accent: bold(0xb07848), Link: {Hex(0xb0804c), Underline}, Cursor: plain(0xb8906c),
			Hit: bold(0x0c0703), Bar: plain(0x140d08), Selection: backed(0x30200f), Overlay: plain(0x180f08),
			Span: {Hex(0x38140c), Underline}, HitBack: backed(0xb08438),
		},
		series: [NumSeries]uint32{
			0xb07a3a, 0x953c47, 0x6a5e15, 0xa9655b, 0x8c7a01, 0xbe5a0a, 0x7b5242, 0xbc4757, 0x826b46, 0x9b540e,
		},
		heat: [NumHeat]uint32{
			0x1c0c06, 0x2a1208, 0x3a180a, 0x4c200c, 0x602a0e, 0x763610, 0x8c4614, 0xa25a1a, 0xb87224, 0xce8e34,
		},
	}.theme()
}
