package boards

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
)

func (r *reader) variable(n ast.Node) (Variable, given) {
	var v Variable
	regex := ""
	g := r.object(n, "a variable", fields{
		"name":    r.text(&v.Name),
		"label":   r.text(&v.Label),
		"kind":    choice(r, &v.Kind, VarText, VarCustom, VarInterval, VarQuery, VarSource),
		"values":  r.texts(&v.Options, "values"),
		"options": r.texts(&v.Options, "options"), // what values were called first
		"value":   r.textOrTexts(&v.Value, "value"),
		"multi":   r.flag(&v.Multi),
		"all":     r.flagOrText(&v.All, &v.AllText),
		"hidden":  r.flag(&v.Hidden),
		"query":   func(n ast.Node) { r.valuesQuery(n, &v) },
		"source":  r.text(&v.Source),
		"regex":   r.text(&regex),
		"sort":    choice(r, &v.Sort, "name", "-name", "number", "-number"),
	})
	if v.Kind == "" {
		v.Kind = VarText
		switch {
		case g.has("query"):
			v.Kind = VarQuery
		case len(v.Options) > 0:
			v.Kind = VarCustom
		}
	}
	if g.has("regex") {
		var err error
		if v.Regex, err = regexp.Compile(regex); err != nil {
			r.problem(g["regex"], "this is no regular expression: %v", err)
		}
	}
	v.Label = cmp.Or(v.Label, v.Name)
	r.checkVariable(&v, n, g)
	return v, g
}

// textOrTexts reads one text or a list of them.
func (r *reader) textOrTexts(p *[]string, what string) func(ast.Node) {
	return func(n ast.Node) {
		if _, ok := r.value(n).(*ast.SequenceNode); ok {
			r.texts(p, what)(n)
			return
		}
		var s string
		r.text(&s)(n)
		*p = []string{s}
	}
}

// flagOrText reads true, false, or a text that stands for true with something to say.
func (r *reader) flagOrText(p *bool, text *string) func(ast.Node) {
	return func(n ast.Node) {
		if _, ok := r.value(n).(*ast.StringNode); !ok {
			r.flag(p)(n)
			return
		}
		*p = true
		switch r.text(text)(n); {
		case *text == "":
			r.problem(n, "want true, false or what stands for all values, such as .*")
		case !r.unchecked:
			if _, err := regexp.Compile(*text); err != nil {
				r.problem(n, "this is no regular expression: %v", err)
			}
		}
	}
}

// valuesQuery reads where the values of a query variable come from.
func (r *reader) valuesQuery(n ast.Node, v *Variable) {
	if s, ok := r.scalar(n); ok {
		match, label, ok := labelValues(s)
		if !ok {
			r.problem(n, "want label_values(selector, label) or label_values(label), not %s", r.shown(n))
			return
		}
		if v.Of = label; match != "" {
			v.Match = []string{match}
		}
		return
	}
	g := r.object(n, "a variable's query", fields{
		"label": r.text(&v.Of),
		"match": r.textOrTexts(&v.Match, "match"),
	})
	switch {
	case g == nil: // said already
	case !g.has("label"):
		r.problem(n, "a variable's query needs the label whose values it gives")
	case v.Of == "" || nameLen(v.Of) != len(v.Of):
		r.problem(g["label"], "%q is no name of a label", clip(v.Of))
	}
}

func (r *reader) checkVariable(v *Variable, n ast.Node, g given) {
	switch {
	case g == nil: // said already
		return
	case !g.has("name"):
		r.problem(n, "a variable needs a name")
	case nameLen(v.Name) != len(v.Name) || v.Name == "":
		r.problem(g["name"], "a variable's name is letters, digits and _, not %q", v.Name)
	case strings.HasPrefix(v.Name, "__"):
		r.problem(g["name"], "names that begin with __ are macros")
	}
	for _, key := range [...]string{"values", "options", "query", "source", "regex", "sort", "multi", "all"} {
		if only := varKeyFor(key); g.has(key) && !slices.Contains(only, v.Kind) {
			r.problem(g[key], "%q is for variables of kind %s, not %s", key, list(only), v.Kind)
		}
	}
	if g.has("values") && g.has("options") {
		r.problem(g["options"], "values and options are the same: give one of them")
	}
	switch v.Kind {
	case VarCustom, VarInterval:
		r.checkOptions(v, n, g)
	case VarQuery:
		if !g.has("query") {
			r.problem(g.node("kind", n), "a query variable needs a query, such as label_values(up, instance)")
		}
	}
	r.checkValue(v, g)
}

// varKeyFor says which kinds of variables a key is for.
func varKeyFor(key string) []string {
	switch key {
	case "values", "options":
		return []string{VarCustom, VarInterval}
	case "query", "source", "sort":
		return []string{VarQuery}
	case "regex":
		return []string{VarQuery, VarSource}
	case "all":
		return []string{VarCustom, VarQuery}
	}
	return []string{VarCustom, VarQuery, VarSource} // multi
}

func (r *reader) checkOptions(v *Variable, n ast.Node, g given) {
	if len(v.Options) == 0 {
		kind := "a custom"
		if v.Kind == VarInterval {
			kind = "an interval"
		}
		r.problem(g.node("kind", n), "%s variable needs values", kind)
		return
	}
	where := g.node("values", g["options"])
	nodes := []ast.Node{}
	if s, ok := r.value(where).(*ast.SequenceNode); ok {
		nodes = s.Values
	}
	for i, o := range v.Options {
		at := where
		if i < len(nodes) {
			at = nodes[i]
		}
		if slices.Contains(v.Options[:i], o) {
			r.problem(at, "the value %q is given twice", clip(o))
		}
		if v.Kind == VarInterval {
			if _, err := model.ParseDuration(o); err != nil {
				r.problem(at, "want a length of time such as 15m, not %q", clip(o))
			}
		}
	}
}

// checkValue sees that what a variable is at first can be chosen.
func (r *reader) checkValue(v *Variable, g given) {
	if len(v.Options) > 0 && !g.has("value") {
		v.Value = v.Options[:1]
	}
	if !g.has("value") {
		return
	}
	if len(v.Value) != 1 && !v.Multi {
		r.problem(g["value"], "%d values, but the variable is not multi", len(v.Value))
		return
	}
	for _, s := range v.Value {
		switch {
		case s == All && v.All && len(v.Value) > 1:
			r.problem(g["value"], "%s stands for all values: give it alone", All)
		case s == All && v.All, len(v.Options) == 0, slices.Contains(v.Options, s):
		default:
			r.problem(g["value"], "%q is not one of the values; %s", clip(s), didYouMean(s, v.Options))
		}
	}
}

// checkUses sees that variables and panels refer to variables that they can use.
func (r *reader) checkUses(b *Board, vars []given, rows [][]placedPanel) {
	for i := range b.Variables {
		r.checkDepends(b.Variables[:i], &b.Variables[i], vars[i])
	}
	for _, row := range rows {
		for _, p := range row {
			r.checkPanelVariables(b, p)
		}
	}
}

// checkDepends checks what a variable's query refers to: variables above it, so
// that none depends on itself.
func (r *reader) checkDepends(above []Variable, v *Variable, g given) {
	if g == nil {
		return
	}
	if g.has("source") {
		r.checkSource(v.Source, g["source"], above, false)
	}
	m := Macros{Vars: map[string]string{}}
	var names []string
	for _, a := range above {
		m.Vars[a.Name], names = "x", append(names, a.Name)
	}
	for _, match := range v.Match {
		ok := true
		for _, ref := range References(match) {
			if !slices.Contains(names, ref) {
				known := "there is none above it"
				if len(names) > 0 {
					known = didYouMean(ref, names)
				}
				r.problem(g["query"], "the query refers to $%s, but a variable depends only on those above it; %s", ref, known)
				ok = false
			}
		}
		if !ok {
			continue
		}
		if _, err := parser.NewParser(parser.Options{}).ParseMetricSelector(Expand(match, m)); err != nil {
			r.problem(g["query"], "%q is no selector of series: %v", clip(match), err)
		}
	}
}

// checkSource checks a source that is named by a variable.
func (r *reader) checkSource(source string, n ast.Node, vars []Variable, several bool) {
	name, ok := SourceVariable(source)
	if !ok {
		return
	}
	var names []string
	for _, v := range vars {
		switch {
		case v.Kind != VarSource:
		case v.Name == name && v.Multi && !several:
			r.problem(n, "$%s may be several sources; a panel that repeats it has one each", name)
			return
		case v.Name == name:
			return
		default:
			names = append(names, v.Name)
		}
	}
	known := "there is none"
	if len(names) > 0 {
		known = didYouMean(name, names)
	}
	r.problem(n, "no variable of kind source is called %q; %s", name, known)
}

func (r *reader) checkPanelVariables(b *Board, p placedPanel) {
	r.checkSource(p.Source, p.keys["source"], b.Variables, p.Repeat != "" && p.Source == "$"+p.Repeat)
	if p.keys.has("id") && strings.Contains(p.ID, "#") {
		r.problem(p.keys["id"], "an id has no #: it parts a repeated panel from its value")
	}
	if p.keys.has("repeat_max") && !p.keys.has("repeat") {
		r.problem(p.keys["repeat_max"], "repeat_max is for panels with repeat")
	}
	if !p.keys.has("repeat") {
		return
	}
	var names []string
	for _, v := range b.Variables {
		if v.Name == p.Repeat {
			return
		}
		names = append(names, v.Name)
	}
	known := "the board has none"
	if len(names) > 0 {
		known = didYouMean(p.Repeat, names)
	}
	r.problem(p.keys["repeat"], "repeat: no variable is called %s; %s", fmt.Sprintf("%q", clip(p.Repeat)), known)
}

// SourceVariable is the name of the variable that names a source, as in $name.
func SourceVariable(source string) (name string, ok bool) {
	ref, ok := reference{}, false
	if source != "" {
		ref, ok = referenceAt(source, 0)
	}
	return ref.name, ok && ref.end == len(source)
}
