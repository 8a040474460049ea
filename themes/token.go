// Package themes turns what a cell means into how it looks: tokens into
// colours and attributes. It knows no terminal and imports nothing of ours.
package themes

import "strconv"

// A Token names a meaning, never a colour. Panels and chrome draw with tokens;
// a Theme says what each one looks like. Series and heat tokens are ranges:
// use Series and Heat.
type Token uint8

// The meanings a cell can have.
const (
	Default   Token = iota // the terminal's own colours
	Text                   // labels and values at rest
	Strong                 // the value the eye should land on
	Muted                  // secondary text: units, ages, captions
	Faint                  // grid lines, rules, empty tracks
	Title                  // a panel's title
	Rule                   // the thin rule a title sits in
	Focus                  // title and rule of the focused panel
	Key                    // a key in a hint
	OK                     // state: fine (used sparingly: calm is grey)
	Info                   // state: notable
	Warning                // state: attention
	Critical               // state: broken
	Stale                  // data that is old: dimmed
	Accent                 // the product's own mark
	Link                   // something enter leads to
	Cursor                 // the timeline cursor
	Hit                    // a search hit (foreground)
	Bar                    // background: header and status bar
	Selection              // background: the selected row
	Overlay                // background: help, palette, pickers
	Span                   // background: a marked span on a chart
	HitBack                // background: a search hit
	series0                // first of NumSeries
)

// NumSeries is how many series colours can be told apart; NumHeat how many
// steps a heat ramp has, coldest first.
const (
	NumSeries = 10
	NumHeat   = 10

	heat0     = series0 + NumSeries
	numTokens = heat0 + NumHeat
)

// NumTokens is the number of tokens a theme defines.
const NumTokens = int(numTokens)

// Series is the token of the i-th series identity, wrapping round.
func Series(i int) Token {
	if i < 0 {
		i = -i
	}
	return series0 + Token(i%NumSeries) //nolint:gosec // bounded by NumSeries
}

// Heat is the token for intensity v in 0 to 1; outside values are clamped and NaN is the coldest.
func Heat(v float64) Token {
	switch {
	case !(v > 0):
		return heat0
	case v >= 1:
		return heat0 + NumHeat - 1
	}
	return heat0 + Token(v*NumHeat)
}

// isBackground reports whether the colour of t is a background.
func isBackground(t Token) bool {
	return t == Bar || t == Selection || t == Overlay || t == Span || t == HitBack
}

// names are the tokens as theme files call them; series and heat are lists.
var names = [...]string{
	Text: "text", Strong: "strong", Muted: "muted", Faint: "faint", Title: "title", Rule: "rule", Focus: "focus",
	Key: "key", OK: "ok", Info: "info", Warning: "warning", Critical: "critical", Stale: "stale", Accent: "accent",
	Link: "link", Cursor: "cursor", Hit: "hit", Bar: "bar", Selection: "selection", Overlay: "overlay", Span: "span",
	HitBack: "hitback",
}

// String is the token's name in theme files.
func (t Token) String() string {
	switch {
	case t == Default:
		return "default"
	case int(t) < len(names):
		return names[t]
	case t < heat0:
		return "series" + strconv.Itoa(int(t-series0))
	case t < numTokens:
		return "heat" + strconv.Itoa(int(t-heat0))
	}
	return "token" + strconv.Itoa(int(t))
}
