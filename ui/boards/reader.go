package boards

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/prometheus/common/model"
)

// A reader walks the nodes of one file and collects every problem on its way,
// instead of stopping at the first as a decoder would.
type reader struct {
	options
	file     string
	src      source
	anchors  map[string]ast.Node
	problems []Problem
	steps    int // nodes still allowed; aliases could ask for billions
}

const (
	maxProblems = 100
	maxSteps    = 200_000
)

// at is a position in the file, from 1.
type at struct{ line, col int }

func (r *reader) problem(n ast.Node, format string, args ...any) {
	r.problemAt(r.at(n), format, args...)
}

func (r *reader) problemAt(a at, format string, args ...any) {
	if len(r.problems) < maxProblems {
		r.problems = append(r.problems, Problem{r.file, max(a.line, 1), max(a.col, 1), fmt.Sprintf(format, args...)})
	}
}

// at is where a node starts. A mapping starts at its first key, not at the colon.
func (r *reader) at(n ast.Node) at {
	switch x := n.(type) {
	case nil:
		return at{1, 1}
	case *ast.MappingNode:
		if len(x.Values) > 0 && !x.IsFlowStyle {
			return r.at(x.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return r.at(x.Key)
	}
	if t := n.GetToken(); t != nil && t.Position != nil {
		return at{t.Position.Line, t.Position.Column}
	}
	return at{1, 1}
}

// value looks through anchors, aliases and tags. It is nil, and that is a
// problem, for an alias of nothing.
func (r *reader) value(n ast.Node) ast.Node {
	r.steps--
	first := n
	const deepest = 20 // an alias may stand for itself
	for range deepest {
		switch x := n.(type) {
		case *ast.AnchorNode:
			n = x.Value
		case *ast.TagNode:
			n = x.Value
		case *ast.AliasNode:
			to, ok := r.anchors[x.Value.GetToken().Value]
			if !ok {
				r.problem(x, "there is no anchor %q", clip(x.Value.GetToken().Value))
				return nil
			}
			n = to
		default:
			return n
		}
	}
	r.problem(first, "this alias stands for itself")
	return nil
}

// Visit collects anchors.
func (r *reader) Visit(n ast.Node) ast.Visitor {
	if a, ok := n.(*ast.AnchorNode); ok && a.Name != nil {
		r.anchors[a.Name.GetToken().Value] = a.Value
	}
	return r
}

// fields say what to do with the value of each key that is known.
type fields map[string]func(ast.Node)

// given is what keys an object has, with their values.
type given map[string]ast.Node

// has reports whether the key is there.
func (g given) has(key string) bool { return g[key] != nil }

// node is the key's value, or else where the object is.
func (g given) node(key string, object ast.Node) ast.Node {
	if n := g[key]; n != nil {
		return n
	}
	return object
}

// object reads a mapping. what names it in problems: "a panel". What is no
// mapping is a problem, and nil.
func (r *reader) object(n ast.Node, what string, fs fields) given {
	m, ok := r.value(n).(ast.MapNode)
	if !ok {
		r.problem(n, "%s must be keys and values, not %s", what, kindOf(r.value(n)))
		return nil
	}
	g := given{}
	known := slices.Sorted(maps.Keys(fs))
	merged := map[string]ast.Node{}
	for it := m.MapRange(); it.Next() && r.steps > 0; {
		key, value := it.Key(), it.Value()
		if key.IsMergeKey() {
			r.merge(value, merged)
			continue
		}
		name := key.GetToken().Value
		switch v := r.value(value); {
		case fs[name] == nil:
			r.problem(key, "%s has no key %q; %s", what, clip(name), didYouMean(name, known))
		case g.has(name):
			r.problem(key, "%q is given twice", name)
		case v == nil: // said already
		case v.Type() == ast.NullType:
			r.problem(key, "%q has no value", name)
		default:
			g[name] = value
			fs[name](value)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(merged)) {
		if value := merged[name]; fs[name] == nil {
			r.problem(value, "%s has no key %q; %s", what, clip(name), didYouMean(name, known))
		} else if g[name] == nil {
			g[name] = value
			fs[name](value)
		}
	}
	return g
}

// merge reads what << stands for: a mapping or several. The first one wins.
func (r *reader) merge(n ast.Node, into map[string]ast.Node) {
	switch x := r.value(n).(type) {
	case ast.MapNode:
		for it := x.MapRange(); it.Next() && r.steps > 0; r.steps-- {
			name := it.Key().GetToken().Value
			if value := it.Value(); into[name] == nil && !it.Key().IsMergeKey() {
				into[name] = value
			}
		}
	case *ast.SequenceNode:
		for _, v := range x.Values {
			if m := r.value(v); m != nil && m.Type() != ast.SequenceType {
				r.merge(m, into)
			}
		}
	default:
		r.problem(n, "<< takes keys and values, not %s", kindOf(x))
	}
}

// each reads a list.
func (r *reader) each(n ast.Node, what string, f func(ast.Node)) {
	s, ok := r.value(n).(*ast.SequenceNode)
	if !ok {
		r.problem(n, "%s must be a list, not %s", what, kindOf(r.value(n)))
		return
	}
	for _, v := range s.Values {
		if r.steps <= 0 {
			return
		}
		switch x := r.value(v); {
		case x == nil: // said already
		case x.Type() == ast.NullType:
			r.problem(v, "%s has an empty entry", what)
		default:
			f(v)
		}
	}
}

// scalar is the text of a value that is not a list or mapping.
func (r *reader) scalar(n ast.Node) (string, bool) {
	switch x := r.value(n).(type) {
	case *ast.StringNode:
		return x.Value, true
	case *ast.LiteralNode:
		return x.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return x.GetToken().Value, true
	}
	return "", false
}

func (r *reader) text(p *string) func(ast.Node) {
	return func(n ast.Node) {
		s, ok := r.scalar(n)
		if !ok {
			r.problem(n, "want text, not %s", kindOf(r.value(n)))
		}
		*p = s
	}
}

func (r *reader) texts(p *[]string, what string) func(ast.Node) {
	return func(n ast.Node) {
		r.each(n, what, func(n ast.Node) {
			var s string
			r.text(&s)(n)
			*p = append(*p, s)
		})
	}
}

func (r *reader) whole(p *int, least, most int) func(ast.Node) {
	return func(n ast.Node) {
		s, _ := r.scalar(n)
		v, err := strconv.Atoi(s)
		switch {
		case err != nil:
			r.problem(n, "want a whole number, not %s", r.shown(n))
		case v < least || v > most:
			r.problem(n, "%d is not within %d to %d", v, least, most)
		default:
			*p = v
		}
	}
}

func (r *reader) number(p *float64) func(ast.Node) {
	return func(n ast.Node) {
		s, _ := r.scalar(n)
		v, err := strconv.ParseFloat(s, 64)
		switch x := r.value(n).(type) {
		case *ast.InfinityNode:
			v, err = x.Value, nil
		case *ast.NanNode:
			v, err = math.NaN(), nil
		}
		switch {
		case err != nil:
			r.problem(n, "want a number, not %s", r.shown(n))
		case math.IsNaN(v) || math.IsInf(v, 0):
			r.problem(n, "want a finite number, not %s", r.shown(n))
		default:
			*p = v
		}
	}
}

func (r *reader) flag(p *bool) func(ast.Node) {
	return func(n ast.Node) {
		b, ok := r.value(n).(*ast.BoolNode)
		if !ok {
			r.problem(n, "want true or false, not %s", r.shown(n))
			return
		}
		*p = b.Value
	}
}

func (r *reader) duration(p *time.Duration, least, most time.Duration) func(ast.Node) {
	return func(n ast.Node) {
		s, _ := r.scalar(n)
		d, err := model.ParseDuration(s)
		switch {
		case err != nil:
			r.problem(n, "want a length of time such as 15m, not %s", r.shown(n))
		case time.Duration(d) < least || time.Duration(d) > most:
			r.problem(n, "%s is not within %s to %s", d, model.Duration(least), model.Duration(most))
		default:
			*p = time.Duration(d)
		}
	}
}

// choice reads one of several words.
func choice[T ~string](r *reader, p *T, words ...T) func(ast.Node) {
	return func(n ast.Node) {
		s, _ := r.scalar(n)
		if slices.Contains(words, T(s)) {
			*p = T(s)
			return
		}
		known := make([]string, len(words))
		for i, w := range words {
			known[i] = string(w)
		}
		guess := ""
		if near := nearest(s, known); near != "" {
			guess = fmt.Sprintf("; did you mean %q?", near)
		}
		r.problem(n, "%s is not one of %s%s", r.shown(n), list(known), guess)
	}
}

// shown is a value as a problem names it.
func (r *reader) shown(n ast.Node) string {
	s, ok := r.scalar(n)
	if !ok {
		return kindOf(r.value(n))
	}
	return strconv.Quote(clip(s))
}

func kindOf(n ast.Node) string {
	switch n.(type) {
	case nil, *ast.NullNode:
		return "nothing"
	case ast.MapNode:
		return "keys and values"
	case *ast.SequenceNode:
		return "a list"
	case *ast.BoolNode:
		return "true or false"
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "a number"
	}
	return "text"
}
