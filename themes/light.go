package themes

// LightTheme is the default on a light background.
func LightTheme() Theme {
	return sheet{
		name: "light", paper: 0xfafafa,
		looks: [series0]Look{
			Text: plain(0x3b3f48), Strong: bold(0x101318), Muted: plain(0x646a76), Faint: plain(0xb0b5be),
			Title: plain(0x2c3038), Rule: plain(0xb0b5be), Focus: bold(0x1f5fbf), Key: plain(0x2b62ad),
			OK: plain(0x2f7a48), Info: plain(0x1b6a96), Warning: bold(0x8f5200), Critical: bold(0xc4161c),
			Stale: plain(0x7a808b), Accent: bold(0x6a45c0), Link: {Hex(0x1f5fbf), Underline}, Cursor: plain(0x20242c),
			Hit: bold(0x101010), Bar: plain(0xe9ebef), Selection: backed(0xd8e4f6), Overlay: plain(0xf0f2f5),
			Span: {Hex(0xfbe3df), Underline}, HitBack: backed(0xffd95a),
		},
		series: [NumSeries]uint32{
			0x1c7cb8, 0x0f5410, 0xa96098, 0x008b5d, 0x42002c, 0x715d4e, 0x004d7b, 0x6e2a66, 0x132810, 0x00195c,
		},
		heat: [NumHeat]uint32{
			0xe8efd8, 0xcfe3cc, 0xb0d4c4, 0x8cc2bd, 0x68acb6, 0x4a94ac, 0x387a9e, 0x30608c, 0x2c4676, 0x262c5a,
		},
	}.theme()
}
