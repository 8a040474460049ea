package boards

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// names checks the names of the board and its variables.
func (r *reader) names(b *Board, g given, vars []given) {
	if g.has("name") && (b.Name == "" || strings.ContainsAny(b.Name, " \t\n/\\")) {
		r.problem(g["name"], "the name %q has blanks or slashes; it is for typing, the title is for reading", b.Name)
	}
	seen := map[string]bool{}
	for i, v := range b.Variables {
		if v.Name != "" && seen[v.Name] {
			r.problem(vars[i]["name"], "there are two variables %q", v.Name)
		}
		seen[v.Name] = true
	}
}

// ids makes the IDs that are not given, and checks those that are.
func (r *reader) ids(rows [][]placedPanel) {
	taken := map[string]int{}
	for _, row := range rows {
		for _, p := range row {
			switch {
			case !p.keys.has("id"):
			case p.ID == "":
				r.problem(p.keys["id"], "the id is empty")
			case taken[p.ID] > 0:
				r.problem(p.keys["id"], "there are two panels with the id %q", p.ID)
			}
			if p.ID != "" {
				taken[p.ID]++
			}
		}
	}
	for _, row := range rows {
		for _, p := range row {
			if p.ID != "" {
				continue
			}
			name := slug(p.Title)
			if name == "" {
				name = string(p.Kind)
			}
			p.ID = unique(name, taken)
		}
	}
}

// onlyFor says which kinds a key is for, where it is not for all.
func onlyFor(key string) []Kind {
	switch key {
	case "graph", "legend":
		return []Kind{KindGraph}
	case "heatmap":
		return []Kind{KindHeatmap}
	case "table", "list":
		return []Kind{KindTable}
	case "logs":
		return []Kind{KindLogs}
	case "text":
		return []Kind{KindText}
	case "sort", "top":
		return []Kind{KindGraph, KindBars, KindLimits}
	}
	return nil
}

func (r *reader) checkPanel(p placedPanel) {
	if p.keys == nil {
		return // said already
	}
	if !p.keys.has("kind") {
		r.problem(p.node, "a panel needs a kind: %s", list(kindNames(Kinds())))
		return
	}
	if !slices.Contains(Kinds(), p.Kind) {
		return // said already; what else is wrong follows from it
	}
	for _, key := range [...]string{"graph", "legend", "heatmap", "table", "list", "logs", "text", "sort", "top"} {
		if only := onlyFor(key); p.keys.has(key) && !slices.Contains(only, p.Kind) {
			r.problem(p.keys[key], "%q is for panels of kind %s, not %s", key, list(kindNames(only)), p.Kind)
		}
	}
	if p.Title == "" && p.Kind != KindText {
		r.problem(p.keys.node("title", p.node), "a panel needs a title")
	}
	if p.Min != nil && p.Max != nil && *p.Min >= *p.Max {
		r.problem(p.keys["max"], "max %v is not above min %v", *p.Max, *p.Min)
	}
	if p.Height != 0 && p.MinHeight > p.Height {
		r.problem(p.keys["min_height"], "min_height %d is more than height %d", p.MinHeight, p.Height)
	}
	if p.Kind == KindGauge && p.Max == nil && !strings.HasPrefix(p.Unit, "percent") && len(p.Queries) > 0 {
		r.problem(p.node, "a gauge needs its limit: max, or a unit of percent or percentunit")
	}
	r.checkContent(p)
	r.checkLink(p)
	switch p.Kind {
	case KindTable:
		r.checkTable(p)
	case KindGraph:
		r.checkGraph(p)
	default:
	}
}

// checkContent sees that a panel has something to show, once.
func (r *reader) checkContent(p placedPanel) {
	switch {
	case p.Kind == KindText:
		if p.Text == "" {
			r.problem(p.keys.node("text", p.node), "a text panel needs text")
		}
		if p.keys.has("queries") {
			r.problem(p.keys["queries"], "a text panel has no queries")
		}
	case p.Kind == KindLogs:
		if p.keys.has("queries") {
			r.problem(p.keys["queries"], "a panel of logs has no queries; logs: says which lines it shows")
		}
	case p.List != "" && p.Kind == KindTable:
		if p.keys.has("queries") {
			r.problem(p.keys["queries"], "a table shows a list or queries, not both")
		}
	case len(p.Queries) == 0:
		r.problem(p.keys.node("queries", p.node), "a %s panel needs queries", p.Kind)
	}
	seen := map[string]bool{}
	for _, q := range p.query {
		if q.Name != "" && seen[q.Name] {
			r.problem(q.keys["name"], "there are two queries %q in this panel", q.Name)
		}
		seen[q.Name] = true
		if q.keys.has("invert") && p.Kind != KindGraph {
			r.problem(q.keys["invert"], "%q is for panels of kind graph, not %s", "invert", p.Kind)
		}
		if q.keys.has("hint") && p.Kind != KindLimits {
			r.problem(q.keys["hint"], "%q is for panels of kind limits, not %s", "hint", p.Kind)
		}
		if open, shut := strings.Count(q.Legend, "{{"), strings.Count(q.Legend, "}}"); open != shut {
			r.problem(q.keys["legend"], "the legend has %d {{ and %d }}", open, shut)
		}
	}
}

// checkGraph sees that a logarithmic axis is of values that can be on one.
func (r *reader) checkGraph(p placedPanel) {
	where := p.keys.node("graph", p.node)
	if p.Graph.Log {
		if p.Graph.Stack {
			r.problem(where, "a stack has no logarithmic axis: its bands are sums, which would not be seen as such")
		}
		if p.Min != nil && *p.Min <= 0 {
			r.problem(p.keys["min"], "min %v is not on a logarithmic axis, which begins above zero", *p.Min)
		}
		if p.Max != nil && *p.Max <= 0 {
			r.problem(p.keys["max"], "max %v is not on a logarithmic axis, which begins above zero", *p.Max)
		}
		for _, q := range p.query {
			if q.Invert {
				r.problem(q.keys["invert"], "nothing is drawn below zero on a logarithmic axis")
			}
		}
	}
}

// checkTable sees that columns and sort name what the table has.
func (r *reader) checkTable(p placedPanel) {
	var queries []string
	for _, q := range p.Queries {
		if q.Name != "" {
			queries = append(queries, q.Name)
		}
	}
	where := p.keys.node("table", p.node)
	columns := r.nodes(where, "columns")
	var names []string
	for i, c := range p.Table.Columns {
		n := where
		if i < len(columns) {
			n = columns[i]
		}
		names = append(names, c.Title, c.Label, c.Query, c.Field)
		switch {
		case c.Field != "" && p.List == "":
			r.problem(n, "field %q: only a table with a list has fields", c.Field)
		case c.Label != "" && p.List != "", c.Query != "" && p.List != "":
			r.problem(n, "%q: the columns of a list are its fields", c.Label+c.Query)
		case c.Query != "" && !slices.Contains(queries, c.Query):
			known := "no query of this panel has a name"
			if len(queries) > 0 {
				known = didYouMean(c.Query, queries)
			}
			r.problem(n, "no query is named %q; %s", c.Query, known)
		}
	}
	if p.Table.Only != "" && p.List == "" {
		r.problem(where, "only: %q is to be a field, and only a table with a list has fields", p.Table.Only)
	}
	names = slices.DeleteFunc(names, func(s string) bool { return s == "" })
	sort := strings.TrimPrefix(p.Table.Sort, "-")
	if sort != "" && len(p.Table.Columns) > 0 && !slices.Contains(names, sort) {
		r.problem(where, "sort: no column is named %q; %s", sort, didYouMean(sort, names))
	}
}

// nodes are the entries of a list within an object.
func (r *reader) nodes(object ast.Node, key string) []ast.Node {
	m, ok := r.value(object).(ast.MapNode)
	if !ok {
		return nil
	}
	for it := m.MapRange(); it.Next(); {
		if s, ok := r.value(it.Value()).(*ast.SequenceNode); ok && it.Key().GetToken().Value == key {
			return s.Values
		}
	}
	return nil
}

// checkThresholds sees that being further past a limit is never milder.
func (r *reader) checkThresholds(ts []Threshold, nodes []ast.Node) {
	rank := map[Level]int{LevelInfo: 0, LevelWarning: 1, LevelCritical: 2}
	for i, t := range ts {
		for _, other := range ts[:i] {
			if t.Below != other.Below || math.IsNaN(t.At) || math.IsNaN(other.At) {
				continue
			}
			near, far := other, t // in the order in which a value passes them
			if (far.At < near.At) != t.Below {
				near, far = far, near
			}
			switch {
			case near.At == far.At:
				r.problem(nodes[i], "there are two thresholds at %v", far.At)
			case near.Level == far.Level:
				r.problem(nodes[i], "the thresholds at %v and %v are both %s: the second does nothing", near.At, far.At, far.Level)
			case rank[far.Level] < rank[near.Level]:
				r.problem(nodes[i], "past %v it is %s, but further, past %v, only %s", near.At, near.Level, far.At, far.Level)
			}
		}
	}
}

func kindNames(ks []Kind) []string {
	out := make([]string, len(ks))
	for i, k := range ks {
		out[i] = fmt.Sprint(k)
	}
	return out
}
