package boards

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// link reads where a panel leads: the name of a board, or that and the variables
// that the selected row sets there.
func (r *reader) link(p *Panel) func(ast.Node) {
	return func(n ast.Node) {
		if _, ok := r.scalar(n); ok {
			r.text(&p.Link)(n)
			return
		}
		g := r.object(n, "a link", fields{
			"board": r.text(&p.Link),
			"set": func(n ast.Node) {
				r.each(n, "set", func(n ast.Node) {
					var text string
					r.text(&text)(n)
					variable, label, other := strings.Cut(text, "=")
					if !other {
						label = variable
					}
					if variable == "" || nameLen(variable) != len(variable) || label == "" {
						r.problem(n, "want the name of a variable, or variable=label, not %q", clip(text))
					}
					p.LinkSet = append(p.LinkSet, Setting{variable, label})
				})
			},
		})
		if g != nil && !g.has("board") {
			r.problem(n, "a link needs the name of a board")
		}
	}
}

// checkLink sees that rows have what a link takes of them.
func (r *reader) checkLink(p placedPanel) {
	if len(p.LinkSet) == 0 {
		return
	}
	if rows := []Kind{KindTable, KindBars, KindLimits}; !slices.Contains(rows, p.Kind) {
		r.problem(p.keys["link"], "only rows set variables: those of panels of kind %s, not %s", list(kindNames(rows)), p.Kind)
		return
	}
	var columns []string
	for _, c := range p.Table.Columns {
		if name := c.Label + c.Field; name != "" {
			columns = append(columns, name)
		}
	}
	for _, s := range p.LinkSet {
		if len(p.Table.Columns) > 0 && !slices.Contains(columns, s.Label) {
			r.problem(p.keys["link"], "no column shows %q, so no row has it; %s", s.Label, didYouMean(s.Label, columns))
		}
	}
}
