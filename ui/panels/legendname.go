package panels

import (
	"slices"
	"strings"
	"unicode/utf8"

	"nightjar/sources"
	"nightjar/ui/boards"
)

// maxName bounds a series' name in bytes; a longer one ends in an ellipsis.
// Labels may be of any length, and nobody reads more than this.
const maxName = 200

// unnamed is what a series without any labels is called.
const unnamed = "value"

// metricName is the label that holds the metric's name.
const metricName = "__name__"

// seriesName is what series l of query q is called beside its siblings all: by
// the query's legend template ("{{label}}"), or, without one, by the labels
// that tell the series apart: the value alone where one label does, else
// name=value pairs. A lone series goes by its metric's name.
func seriesName(q boards.Query, all []sources.Labels, l sources.Labels) string {
	return newNamer(q, all, false).name(l)
}

// A namer names the series of one answer. It is made once for all of them.
type namer struct {
	template string
	plain    string   // what a series without telling labels is called
	telling  []string // labels that tell the series apart, __name__ first
	bare     bool     // values only, also where several labels tell
	sourced  bool     // the source is said first: a name that is cut still has it
}

// sourceLabel is the label that tells the source of a series of all sources.
const sourceLabel = "source"

// ofAll reports whether a panel asks all sources, so that each name must say the source.
func ofAll(p *boards.Panel) bool { return p.Source == sources.All }

// newNamer makes a namer; with sourced each name says the source.
func newNamer(q boards.Query, all []sources.Labels, sourced bool) namer {
	n := namer{template: q.Legend, plain: q.Name, telling: tellingLabels(all)}
	if sourced && !strings.Contains(strings.ReplaceAll(q.Legend, " ", ""), "{{"+sourceLabel+"}}") {
		n.sourced = true
		n.telling = slices.DeleteFunc(n.telling, func(label string) bool { return label == sourceLabel })
	}
	if len(all) > 1 && n.template != "" && !strings.Contains(n.template, "{{") {
		// One text for many series tells nothing: the labels follow it.
		for _, name := range n.telling {
			n.template += " {{" + name + "}}"
		}
	}
	return n
}

func (n namer) name(l sources.Labels) string {
	source := ""
	if n.sourced {
		source = l.Value(sourceLabel)
	}
	switch name := n.plainName(l); {
	case source == "":
		return name
	case name == unnamed:
		return cutName(source)
	default:
		return cutName(source + " " + name)
	}
}

// plainName is the name without the source before it.
func (n namer) plainName(l sources.Labels) string {
	if n.template != "" {
		if s := strings.TrimSpace(expandLegend(n.template, l)); s != "" {
			return cutName(s)
		}
	}
	var b strings.Builder
	for _, label := range n.telling {
		v := l.Value(label)
		if v == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		if label != metricName && len(n.telling) > 1 && !n.bare {
			b.WriteString(label)
			b.WriteByte('=')
		}
		b.WriteString(v)
		if b.Len() > 2*maxName {
			break
		}
	}
	switch {
	case b.Len() > 0:
		return cutName(b.String())
	case n.plain != "":
		return cutName(n.plain)
	case l.Name() != "":
		return cutName(l.Name())
	}
	return unnamed
}

// tellingLabels are the names of the labels whose values differ, or that some
// series lack.
func tellingLabels(all []sources.Labels) []string {
	if len(all) < 2 {
		return nil
	}
	type seen struct {
		value  string
		count  int
		differ bool
	}
	byName := map[string]*seen{}
	var order []string
	for _, l := range all {
		for _, x := range l {
			s := byName[x.Name]
			if s == nil {
				s = &seen{value: x.Value}
				byName[x.Name] = s
				order = append(order, x.Name)
			}
			s.count++
			s.differ = s.differ || s.value != x.Value
		}
	}
	var telling []string
	for _, name := range order {
		if s := byName[name]; !s.differ && s.count == len(all) {
			continue
		}
		if name == metricName {
			telling = append([]string{name}, telling...)
		} else {
			telling = append(telling, name)
		}
	}
	return telling
}

// expandLegend replaces every {{label}} by the label's value.
func expandLegend(template string, l sources.Labels) string {
	if !strings.Contains(template, "{{") {
		return template
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(template, "{{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}}")
		if !closed {
			b.WriteString("{{")
			b.WriteString(rest)
			return b.String()
		}
		b.WriteString(l.Value(strings.TrimSpace(name)))
		template = after
	}
}

// cutName shortens s to maxName bytes at a rune's edge.
func cutName(s string) string {
	if len(s) <= maxName {
		return s
	}
	i := maxName - len("…")
	for i > 0 && !utf8.RuneStart(s[i]) {
		i--
	}
	return s[:i] + "…"
}
