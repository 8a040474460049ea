package themes

import (
	"fmt"
	"strings"
)

// Builtin lists the themes that come with the program, in the order in which
// the theme key goes through them. The first is the default.
func Builtin() []Theme {
	return []Theme{
		DarkTheme(), LightTheme(), NightTheme(), ContrastTheme(), ContrastLightTheme(),
		ColorblindTheme(), ColorblindLightTheme(), ANSI16Theme(), ANSI16LightTheme(), MonoTheme(),
	}
}

// ByName is the built-in theme of that name.
func ByName(name string) (Theme, bool) {
	for _, t := range Builtin() {
		if t.Name == name {
			return t, true
		}
	}
	return Theme{}, false
}

// Pick is the theme a user means by name on a terminal whose background is
// dark or not: "" and "auto" are dark or light; contrast, colorblind and
// ansi16 become their variant for the background. Any other built-in theme is
// what it says, whatever the background.
func Pick(name string, darkBackground bool) (Theme, error) {
	if name == "" || name == "auto" {
		name = "light"
		if darkBackground {
			name = "dark"
		}
	}
	if !darkBackground {
		if t, ok := ByName(name + "-light"); ok {
			return t, nil
		}
	}
	if t, ok := ByName(name); ok {
		return t, nil
	}
	known := []string{"auto"}
	for _, t := range Builtin() {
		known = append(known, t.Name)
	}
	return Theme{}, fmt.Errorf("no theme is called %q; there are %s", name, strings.Join(known, ", "))
}

// A sheet is how a built-in theme is written down: looks for the tokens with
// a meaning, then the two ranges.
type sheet struct {
	name   string
	dark   bool
	paper  uint32
	looks  [series0]Look
	series [NumSeries]uint32
	heat   [NumHeat]uint32
}

func (s sheet) theme() Theme {
	t := Theme{Name: s.name, Dark: s.dark, Paper: Hex(s.paper)}
	copy(t.Looks[:], s.looks[:])
	for i, c := range s.series {
		t.Looks[int(series0)+i].Color = Hex(c)
	}
	for i, c := range s.heat {
		t.Looks[int(heat0)+i].Color = Hex(c)
	}
	return t
}

func plain(hex uint32) Look { return Look{Color: Hex(hex)} }

func bold(hex uint32) Look { return Look{Color: Hex(hex), Attr: Bold} }

// backed is a background; where there are no colours it is reversed.
func backed(hex uint32) Look { return Look{Color: Hex(hex), Attr: Reverse} }
