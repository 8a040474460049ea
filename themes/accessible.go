package themes

// ContrastTheme is for tired or weak eyes on a dark background: WCAG AAA.
func ContrastTheme() Theme {
	return sheet{
		name: "contrast", dark: true, paper: 0x000000,
		looks: [series0]Look{
			Text: plain(0xf0f0f0), Strong: bold(0xffffff), Muted: plain(0xcccccc), Faint: plain(0x8c8c8c),
			Title: bold(0xffffff), Rule: plain(0x9a9a9a), Focus: bold(0x5fd7ff), Key: plain(0x8fe0ff),
			OK: plain(0x6fe388), Info: plain(0x7cc4ff), Warning: bold(0xffd23f), Critical: bold(0xff8f86),
			Stale: plain(0xb4b4b4), Accent: bold(0xd4b8ff), Link: {Hex(0x8fcbff), Underline}, Cursor: plain(0xffffff),
			Hit: bold(0x000000), Bar: plain(0x202020), Selection: backed(0x002a62), Overlay: plain(0x121212),
			Span: {Hex(0x560000), Underline}, HitBack: backed(0xffd23f),
		},
		series: [NumSeries]uint32{
			0x3cb4f5, 0x97eb99, 0xf089bb, 0x75ebff, 0xb39eff, 0x0eceb8, 0xffbaff, 0xe3d5c2, 0x93b74f, 0xb7a99f,
		},
		heat: [NumHeat]uint32{
			0x30104a, 0x551a64, 0x7c256a, 0xa33466, 0xc5475a, 0xe1614a, 0xf48434, 0xfcab2c, 0xfad54a, 0xfcffb0,
		},
	}.theme()
}

// ContrastLightTheme is ContrastTheme on a light background.
func ContrastLightTheme() Theme {
	return sheet{
		name: "contrast-light", paper: 0xffffff,
		looks: [series0]Look{
			Text: plain(0x101010), Strong: bold(0x000000), Muted: plain(0x3c3c3c), Faint: plain(0x767676),
			Title: bold(0x000000), Rule: plain(0x6a6a6a), Focus: bold(0x0040b0), Key: plain(0x003c9c),
			OK: plain(0x00501c), Info: plain(0x004878), Warning: bold(0x6e3c00), Critical: bold(0xa40010),
			Stale: plain(0x505050), Accent: bold(0x5a20a8), Link: {Hex(0x0040b0), Underline}, Cursor: plain(0x000000),
			Hit: bold(0x000000), Bar: plain(0xe6e6e6), Selection: backed(0xcce4ff), Overlay: plain(0xf2f2f2),
			Span: {Hex(0xffd6d0), Underline}, HitBack: backed(0xffe060),
		},
		series: [NumSeries]uint32{
			0x524897, 0x205f18, 0x873768, 0x005c6c, 0x523d32, 0x003677, 0x5d0a3f, 0x033600, 0x2b0955, 0x301b1b,
		},
		heat: [NumHeat]uint32{
			0xf4ecc8, 0xf4d8a0, 0xf0be7c, 0xe8a062, 0xda8052, 0xc46048, 0xa64442, 0x842e3e, 0x5e1e38, 0x38122c,
		},
	}.theme()
}

// ColorblindTheme is for a dark background: series start from the colours of
// Okabe and Ito (2008, "Color Universal Design"), extended by lightness; states
// are blue, yellow and vermillion (on light: purple), which protanopes and deuteranopes tell apart.
func ColorblindTheme() Theme {
	t := DarkTheme()
	states := sheet{
		name: "colorblind", dark: true, paper: 0x101216, looks: [series0]Look{
			OK: plain(0x56b4e9), Info: plain(0xa8d4f0), Warning: bold(0xf0e442), Critical: bold(0xff7a33),
			Focus: bold(0x86c8f4), Accent: bold(0xd9a0c0), Span: {Hex(0x3c2c1c), Underline},
		},
		series: [NumSeries]uint32{
			0x56b4e9, 0x7cc698, 0x5687f3, 0xe9f5c8, 0x1a7c9f, 0xa8d9f0, 0x009e73, 0xdc6510, 0xe69f00, 0xf0e442,
		},
		// Cividis (Nuñez, Anderton and Renslow 2018), from its second tenth.
		heat: [NumHeat]uint32{
			0x123570, 0x3b496c, 0x575d6d, 0x6b6d74, 0x7d7c78, 0x928c78, 0xa89d74, 0xc0b06b, 0xdac45c, 0xfee838,
		},
	}.theme()
	return over(t, states)
}

// ColorblindLightTheme is ColorblindTheme on a light background; what is too
// pale there is darkened.
func ColorblindLightTheme() Theme {
	t := LightTheme()
	states := sheet{
		name: "colorblind-light", paper: 0xfafafa, looks: [series0]Look{
			OK: plain(0x0072b2), Info: plain(0x3a6f90), Warning: bold(0x6b5d00), Critical: bold(0xbb3a6d),
			Focus: bold(0x005a9c), Accent: bold(0x4a4fb0), Span: {Hex(0xf6e6c8), Underline},
		},
		series: [NumSeries]uint32{
			0x0072b2, 0x009671, 0x10369b, 0x5587f4, 0x4b5465, 0x3a94b8, 0x2b3051, 0xd55e00, 0x7b4408, 0x5b1907,
		},
		heat: [NumHeat]uint32{
			0xfee838, 0xe2cb58, 0xcab869, 0xb2a571, 0x9b9476, 0x858378, 0x707173, 0x575d6d, 0x3b496c, 0x123570,
		},
	}.theme()
	return over(t, states)
}

// over lays the looks that o defines over t.
func over(t, o Theme) Theme {
	for i, look := range o.Looks {
		if look != (Look{}) {
			t.Looks[i] = look
		}
	}
	t.Name, t.Dark, t.Paper = o.Name, o.Dark, o.Paper
	return t
}
