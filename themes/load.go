package themes

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maxFile is the most bytes a theme file may have; a real one has two thousand.
// The parser takes time by the square of deep nesting, 2 s at this length.
const maxFile = 16 << 10

// Load reads a theme file: our own form, or a base16 or base24 scheme as it is
// published (the flat form and the one with "palette:"). file is its name, for
// messages. Unknown keys, tokens and colours are errors; an error is always
// Problems, all that was found. Our own form:
//
//	name: mine
//	dark: true            # made for a dark background; default: as base
//	base: night           # the theme it starts from; default: dark or light
//	paper: "#101216"      # the background it is made for
//	tokens:
//	  critical: "#ff5f5f bold"
//	  selection: "#2a3140 reverse"   # reverse where there are no colours
//	  link: underline                # the terminal's own colour
//	  ok: bright-green               # one of the terminal's 16
//	  series: ["#6fa8dc", "#de8972"] # from one to ten; the rest follow the base
//	  heat: ["#1b2a41", "#fbe77a"]   # from two to ten; steps between are mixed
func Load(data []byte, file string) (Theme, error) {
	r := &report{file: file}
	top := r.parse(data)
	if err := r.err(); err != nil {
		return Theme{}, err
	}
	var t Theme
	if isScheme(top) {
		t = r.scheme(top)
	} else {
		t = r.own(top)
	}
	if err := r.err(); err != nil {
		return Theme{}, err
	}
	return t, nil
}

// An entry is a key of a mapping and its value.
type entry struct {
	key   string
	token *token.Token
	value ast.Node
}

// parse gives the top-level mapping of a file.
func (r *report) parse(data []byte) []entry {
	if len(data) > maxFile {
		r.at(nil, "is %d bytes long; a theme has at most %d", len(data), maxFile)
		return nil
	}
	f, err := parser.ParseBytes(data, 0)
	if err != nil {
		if e, ok := errors.AsType[yaml.Error](err); ok {
			r.at(e.GetToken(), "%s", e.GetMessage())
		} else {
			r.at(nil, "%v", err)
		}
		return nil
	}
	var body ast.Node
	for _, doc := range f.Docs {
		if doc == nil || doc.Body == nil {
			continue
		}
		if body != nil {
			r.at(doc.Body.GetToken(), "a theme file has one document")
			return nil
		}
		body = doc.Body
	}
	if body == nil {
		r.at(nil, "is empty")
		return nil
	}
	return r.mapping(body, "a theme")
}

// mapping gives the entries of a node that must be a mapping.
func (r *report) mapping(n ast.Node, what string) []entry {
	var values []*ast.MappingValueNode
	switch m := n.(type) {
	case *ast.MappingNode:
		values = m.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{m}
	default:
		r.at(tokenOf(n), "%s is a mapping of keys to values", what)
		return nil
	}
	var out []entry
	for _, v := range values {
		tk := tokenOf(v.Key)
		if tk == nil {
			r.at(v.Start, "a key is a name")
			continue
		}
		out = append(out, entry{tk.Value, tk, v.Value})
	}
	return out
}

// scalar gives the text of a value just as it stands in the file, so that
// 001122 and 1e1000 are colours and no numbers.
func (r *report) scalar(e entry) (string, *token.Token, bool) {
	return r.scalarNode(e.value, e.key, e.token)
}

func (r *report) scalarNode(n ast.Node, what string, at *token.Token) (string, *token.Token, bool) {
	switch s := n.(type) {
	case *ast.StringNode:
		return s.Value, s.Token, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		tk := tokenOf(n)
		return tk.Value, tk, true
	case *ast.NullNode, nil:
		r.at(at, "%s has no value", what)
	default:
		r.at(orElse(tokenOf(n), at), "%s is a single value", what)
	}
	return "", nil, false
}

func tokenOf(n ast.Node) *token.Token {
	if n == nil {
		return nil
	}
	return n.GetToken()
}

func orElse(a, b *token.Token) *token.Token {
	if a != nil {
		return a
	}
	return b
}

// own reads our own form.
func (r *report) own(top []entry) Theme {
	fields := map[string]entry{}
	known := []string{"name", "dark", "base", "paper", "tokens"}
	for _, e := range top {
		if !slices.Contains(known, e.key) {
			r.at(e.token, "unknown key %q; there are %s", e.key, strings.Join(known, ", "))
			continue
		}
		fields[e.key] = e
	}
	dark, base := true, ""
	if e, ok := fields["dark"]; ok {
		if v, tk, ok := r.scalar(e); ok {
			var err error
			if dark, err = strconv.ParseBool(v); err != nil {
				r.at(tk, "dark is true or false, not %q", v)
			}
		}
	}
	var at *token.Token
	if e, ok := fields["base"]; ok {
		base, at, _ = r.scalar(e)
	}
	t, err := Pick(base, dark)
	if err != nil {
		r.at(at, "%v", err)
	}
	if _, said := fields["dark"]; said {
		t.Dark = dark
	}
	t.Name = r.name(fields["name"])
	if e, ok := fields["paper"]; ok {
		if v, tk, ok := r.scalar(e); ok {
			c, err := parseColor(v)
			if _, _, _, rgb := c.IsRGB(); err != nil || !rgb {
				r.at(tk, "paper is a colour such as \"#101216\", not %q", v)
			}
			t.Paper = c
		}
	}
	if e, ok := fields["tokens"]; ok {
		r.tokens(&t, e)
	}
	return t
}

// name is what a theme may be called: shown, typed and compared.
func (r *report) name(e entry) string {
	if e.token == nil {
		r.at(nil, "has no name")
		return ""
	}
	v, tk, ok := r.scalar(e)
	switch {
	case !ok:
	case v == "" || len(v) > 64:
		r.at(tk, "a name has 1 to 64 characters")
	case v == "auto":
		r.at(tk, "a theme cannot be called auto: that means by the background")
	case strings.ContainsFunc(v, func(c rune) bool { return !unicode.IsGraphic(c) || c == unicode.ReplacementChar }):
		r.at(tk, "a name has printable characters only")
	}
	return v
}

func (r *report) tokens(t *Theme, e entry) {
	for _, e := range r.mapping(e.value, "tokens") {
		switch e.key {
		case "series":
			for i, l := range r.looks(e, 1, NumSeries) {
				t.Looks[int(series0)+i] = l
			}
			continue
		case "heat":
			r.heat(t, e)
			continue
		}
		i := slices.Index(names[:], e.key)
		if i <= 0 {
			r.at(e.token, "unknown token %q; there are %s, series, heat", e.key, strings.Join(names[1:], ", "))
			continue
		}
		if v, tk, ok := r.scalar(e); ok {
			look, err := parseLook(v)
			if err != nil {
				r.at(tk, "%s: %v", e.key, err)
			}
			t.Looks[i] = look
		}
	}
}

// heat spreads two to ten colours over the ramp.
func (r *report) heat(t *Theme, e entry) {
	looks := r.looks(e, 2, NumHeat)
	if len(looks) < 2 {
		return
	}
	for i := range NumHeat {
		at := float64(i) * float64(len(looks)-1) / (NumHeat - 1)
		lo := min(int(at), len(looks)-2)
		a, b := looks[lo], looks[lo+1]
		_, _, _, rgbA := a.Color.IsRGB()
		_, _, _, rgbB := b.Color.IsRGB()
		l := a
		switch part := at - float64(lo); {
		case rgbA && rgbB:
			l.Color = mix(a.Color, b.Color, part)
		case part >= 0.5:
			l = b
		}
		t.Looks[int(heat0)+i] = l
	}
}

// looks reads a list of looks that is least to most long.
func (r *report) looks(e entry, least, most int) []Look {
	seq, ok := e.value.(*ast.SequenceNode)
	if !ok {
		r.at(orElse(tokenOf(e.value), e.token), "%s is a list of colours", e.key)
		return nil
	}
	if n := len(seq.Values); n < least || n > most {
		r.at(e.token, "%s has %d to %d colours, not %d", e.key, least, most, n)
		return nil
	}
	var out []Look
	for _, n := range seq.Values {
		v, tk, ok := r.scalarNode(n, "a colour", e.token)
		if !ok {
			continue
		}
		look, err := parseLook(v)
		if err != nil {
			r.at(tk, "%s: %v", e.key, err)
		}
		out = append(out, look)
	}
	return out
}

// parseLook reads "#ff0000 bold", "underline" or "bright-red".
func parseLook(text string) (Look, error) {
	var l Look
	colored := false
	words := strings.Fields(text)
	if len(words) == 0 {
		return l, errors.New("no colour and no attribute")
	}
	for _, w := range words {
		if a, ok := attrOf(w); ok {
			l.Attr |= a
			continue
		}
		c, err := parseColor(w)
		if err != nil {
			return l, err
		}
		if colored {
			return l, fmt.Errorf("two colours in %q", text)
		}
		l.Color, colored = c, true
	}
	return l, nil
}

func attrOf(word string) (Attr, bool) {
	i := slices.Index([]string{"bold", "dim", "italic", "underline", "reverse"}, word)
	return Attr(1) << max(i, 0), i >= 0
}

// parseColor reads #rgb, #rrggbb, one of the 16 names or default.
func parseColor(word string) (Color, error) {
	if word == "default" {
		return NoColor, nil
	}
	if hex, ok := strings.CutPrefix(word, "#"); ok {
		if len(hex) == 3 {
			hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
		}
		if v, err := strconv.ParseUint(hex, 16, 32); err == nil && len(hex) == 6 {
			return Hex(uint32(v)), nil
		}
		return 0, fmt.Errorf("%q is no colour; write #rgb or #rrggbb", word)
	}
	basic := []string{"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"}
	bright, isBright := strings.CutPrefix(word, "bright-")
	if i := slices.Index(basic, bright); i >= 0 {
		if isBright {
			i += 8
		}
		return ANSI(uint8(i)), nil //nolint:gosec // below 16
	}
	return 0, fmt.Errorf("unknown colour or attribute %q", word)
}
