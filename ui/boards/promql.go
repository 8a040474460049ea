package boards

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/prometheus/prometheus/promql/parser"
)

// checkQueries sees that every query parses and refers to variables there are.
func (r *reader) checkQueries(b *Board, rows [][]placedPanel) {
	vars := map[string]string{}
	names := macroNames()
	for _, v := range b.Variables {
		vars[v.Name] = v.sample()
		names = append(names, v.Name)
	}
	p := parser.NewParser(parser.Options{})
	for _, row := range rows {
		for _, panel := range row {
			for _, q := range panel.query {
				if q.keys == nil {
					continue // said already
				}
				where := q.keys.node("expr", q.node)
				if strings.TrimSpace(q.Expr) == "" {
					r.problem(where, "a query needs an expr")
					continue
				}
				if !r.unchecked && r.checkReferences(q.Expr, where, names) {
					r.checkPromQL(p, q.Expr, where, vars)
				}
			}
		}
	}
}

// checkReferences reports whether all macros and variables are defined.
func (r *reader) checkReferences(expr string, n ast.Node, names []string) bool {
	ok := true
	for _, ref := range references(expr) {
		if slices.Contains(names, ref.name) {
			if ref.format != "" && !slices.Contains(formats(), ref.format) {
				r.problemAt(r.within(n, expr, ref.start), "%q is no format; %s", ref.format, didYouMean(ref.format, formats()))
				ok = false
			}
			continue
		}
		if ref.brackets && ref.quote != 0 {
			continue // in a regular expression [[a]] is something else
		}
		what := "variable"
		if strings.HasPrefix(ref.name, "__") {
			what = "macro"
		}
		r.problemAt(r.within(n, expr, ref.start), "there is no %s $%s; %s", what, ref.name, didYouMean(ref.name, names))
		ok = false
	}
	return ok
}

// checkPromQL reports the first error of the parser, where the file has it, or
// that the query's answer is nothing that a panel can draw. Variables without a
// value stand for whatever makes the query right: a name, a length of time or a
// number.
func (r *reader) checkPromQL(p parser.Parser, expr string, n ast.Node, vars map[string]string) {
	var first error
	var shifts []shift
	undrawn := "" // what is wrong with the type of a query that parses
	for _, stand := range [...]string{"x", "1m", "1", ""} {
		m := Macros{Interval: 15 * time.Second, Scrape: 15 * time.Second, Range: time.Hour, Vars: map[string]string{}}
		open := false
		for name, value := range vars {
			if value == "" {
				value, open = stand, true
			}
			m.Vars[name] = value
		}
		text, moved := expand(expr, m)
		tree, err := p.ParseExpr(text)
		switch {
		case err == nil && undrawable(tree) == "":
			return
		case err == nil && undrawn == "":
			undrawn = undrawable(tree)
		case err != nil && first == nil:
			first, shifts = err, moved
		}
		if !open {
			break
		}
	}
	if undrawn != "" {
		r.problemAt(r.within(n, expr, len(expr)-len(strings.TrimLeft(expr, " \t\r\n"))), "%s", undrawn)
		return
	}
	where, message := r.at(n), first.Error()
	if errs := parser.ParseErrors(nil); errors.As(first, &errs) && len(errs) > 0 {
		where = r.within(n, expr, origin(shifts, int(errs[0].PositionRange.Start)))
		message = errs[0].Err.Error()
	}
	r.problemAt(where, "this is not PromQL: %s", message)
}

// undrawable says why no panel can draw the answer of a query: panels draw
// numbers, one for each series and time.
func undrawable(tree parser.Expr) string {
	switch tree.Type() {
	case parser.ValueTypeMatrix:
		return "this gives a range vector, many values for each time; a panel draws one, such as that of rate(...) or last_over_time(...)"
	case parser.ValueTypeString:
		return "this gives a string; a panel draws numbers"
	}
	return ""
}

// within is where the byte at offset of a scalar's text stands in the file.
func (r *reader) within(n ast.Node, text string, offset int) at {
	v := r.value(n)
	return r.src.locate(v, r.at(v), text, offset)
}
