package boards

import (
	"cmp"
	"math"
	"time"

	"github.com/goccy/go-yaml/ast"

	"nightjar/sources/logs"
)

// A placedPanel is a panel with where the file has it.
type placedPanel struct {
	*Panel
	node  ast.Node
	keys  given
	query []placedQuery
}

type placedQuery struct {
	*Query
	node ast.Node
	keys given
}

func (r *reader) board(n ast.Node) *Board {
	b := &Board{}
	var vars []given
	var panels [][]placedPanel
	g := r.object(n, "a board", fields{
		"name":        r.text(&b.Name),
		"title":       r.text(&b.Title),
		"description": r.text(&b.Description),
		"range":       r.duration(&b.Range, 10*time.Second, 3650*24*time.Hour),
		"refresh":     r.duration(&b.Refresh, time.Second, 24*time.Hour),
		"needs":       r.texts(&b.Needs, "needs"),
		"source":      r.text(&b.Source),
		"local":       r.flag(&b.Local),
		"variables": func(n ast.Node) {
			r.each(n, "variables", func(n ast.Node) {
				v, g := r.variable(n)
				b.Variables, vars = append(b.Variables, v), append(vars, g)
			})
		},
		"rows": func(n ast.Node) {
			r.each(n, "rows", func(n ast.Node) {
				row, ps := r.row(n)
				b.Rows, panels = append(b.Rows, row), append(panels, ps)
			})
		},
	})
	b.Name = cmp.Or(b.Name, slug(b.Title), fileName(r.file), "board")
	b.Title = cmp.Or(b.Title, b.Name)
	if g != nil && !g.has("rows") {
		r.problem(n, "a board needs rows")
	}
	r.names(b, g, vars)
	r.checkNeeds(b, g)
	r.ids(panels)
	r.checkUses(b, vars, panels)
	r.checkQueries(b, panels)
	if g.has("source") {
		r.checkSource(b.Source, g["source"], b.Variables, false)
		b.inherit()
	}
	return b
}

func (r *reader) row(n ast.Node) (Row, []placedPanel) {
	var row Row
	var nodes []ast.Node
	var keys []given
	var queries [][]placedQuery
	g := r.object(n, "a row", fields{
		"title": r.text(&row.Title),
		"panels": func(n ast.Node) {
			r.each(n, "panels", func(n ast.Node) {
				var p Panel
				g, qs := r.panel(n, &p)
				row.Panels = append(row.Panels, p)
				nodes, keys, queries = append(nodes, n), append(keys, g), append(queries, qs)
			})
		},
	})
	if g != nil && !g.has("panels") {
		r.problem(n, "a row needs panels")
	}
	// Only now are the panels where they stay.
	placed := make([]placedPanel, len(row.Panels))
	for i := range row.Panels {
		p := &row.Panels[i]
		for j := range p.Queries {
			queries[i][j].Query = &p.Queries[j]
		}
		placed[i] = placedPanel{p, nodes[i], keys[i], queries[i]}
		r.checkPanel(placed[i])
		fillIn(p)
	}
	return row, placed
}

func (r *reader) panel(n ast.Node, p *Panel) (given, []placedQuery) {
	var queries []placedQuery
	var decimals int
	var low, high float64
	g := r.object(n, "a panel", fields{
		"id":          r.text(&p.ID),
		"title":       r.text(&p.Title),
		"description": r.text(&p.Description),
		"kind":        choice(r, &p.Kind, Kinds()...),
		"source":      r.text(&p.Source),
		"repeat":      r.text(&p.Repeat),
		"repeat_max":  r.whole(&p.RepeatMax, 1, 100),
		"link":        r.link(p),
		"unit":        r.unit(&p.Unit),
		"decimals":    func(n ast.Node) { r.whole(&decimals, 0, 10)(n); p.Decimals = &decimals },
		"min":         func(n ast.Node) { r.number(&low)(n); p.Min = &low },
		"max":         func(n ast.Node) { r.number(&high)(n); p.Max = &high },
		"span":        r.whole(&p.Span, 1, 12),
		"min_width":   r.whole(&p.MinWidth, 1, 1000),
		"height":      r.whole(&p.Height, 2, 500),
		"min_height":  r.whole(&p.MinHeight, 2, 500),
		"priority":    r.whole(&p.Priority, 1, 3),
		"optional":    r.flag(&p.Optional),
		"queries": func(n ast.Node) {
			r.each(n, "queries", func(n ast.Node) {
				q, g := r.query(n)
				p.Queries = append(p.Queries, q)
				queries = append(queries, placedQuery{node: n, keys: g})
			})
		},
		"thresholds": r.thresholds(&p.Thresholds),
		"graph": func(n ast.Node) {
			r.object(n, "graph", fields{
				"style": choice(r, &p.Graph.Style, "line", "area", "bars", "points"),
				"stack": r.flag(&p.Graph.Stack),
				"auto":  r.flag(&p.Graph.Auto),
				"log":   r.flag(&p.Graph.Log),
				"split": func(n ast.Node) {
					if r.text(&p.Graph.Split)(n); p.Graph.Split == "" {
						r.problem(n, "split needs the name of a label")
					}
				},
			})
		},
		"heatmap": func(n ast.Node) {
			r.object(n, "heatmap", fields{"scale": choice(r, &p.Heatmap.Scale, "log", "linear")})
		},
		"table":  func(n ast.Node) { r.table(n, &p.Table) },
		"logs":   func(n ast.Node) { r.logs(n, &p.Logs) },
		"text":   r.text(&p.Text),
		"list":   r.text(&p.List),
		"legend": choice(r, &p.Legend, "right", "bottom", "none"),
		"sort":   choice(r, &p.Sort, "last", "max", "min", "avg", "name"),
		"top":    r.whole(&p.Top, 1, 1000),
	})
	return g, queries
}

// query reads a query: keys and values, or its expression alone.
func (r *reader) query(n ast.Node) (Query, given) {
	var q Query
	if s, ok := r.scalar(n); ok {
		q.Expr = s
		return q, given{"expr": n}
	}
	g := r.object(n, "a query", fields{
		"expr":       r.text(&q.Expr),
		"legend":     r.text(&q.Legend),
		"name":       r.text(&q.Name),
		"unit":       r.unit(&q.Unit),
		"hint":       r.text(&q.Hint),
		"every":      r.duration(&q.Every, time.Second, 24*time.Hour),
		"reduce":     choice(r, &q.Reduce, "last", "max", "min", "avg"),
		"thresholds": r.thresholds(&q.Thresholds),
		"invert":     r.flag(&q.Invert),
		"hidden":     r.flag(&q.Hidden),
	})
	return q, g
}

func (r *reader) table(n ast.Node, t *TableOptions) {
	r.object(n, "table", fields{
		"columns": func(n ast.Node) {
			r.each(n, "columns", func(n ast.Node) {
				var c Column
				r.column(n, &c)
				t.Columns = append(t.Columns, c)
			})
		},
		"sort":  r.text(&t.Sort),
		"limit": r.whole(&t.Limit, 1, 100_000),
		"only":  r.text(&t.Only),
	})
}

func (r *reader) column(n ast.Node, c *Column) {
	g := r.object(n, "a column", fields{
		"label":      r.text(&c.Label),
		"query":      r.text(&c.Query),
		"field":      r.text(&c.Field),
		"title":      r.text(&c.Title),
		"unit":       r.unit(&c.Unit),
		"bar":        r.flag(&c.Bar),
		"width":      r.whole(&c.Width, 1, 500),
		"priority":   r.whole(&c.Priority, 1, 3),
		"thresholds": r.thresholds(&c.Thresholds),
	})
	of := 0
	for _, key := range [...]string{"label", "query", "field"} {
		if g.has(key) {
			of++
		}
	}
	if g != nil && of != 1 {
		r.problem(n, "a column shows a label, a query or a field: give one of them, not %d", of)
	}
	if c.Priority == 0 {
		c.Priority = 2
	}
}

func (r *reader) thresholds(into *[]Threshold) func(ast.Node) {
	return func(n ast.Node) {
		var nodes []ast.Node
		r.each(n, "thresholds", func(n ast.Node) {
			t := Threshold{At: math.NaN(), Level: LevelWarning}
			g := r.object(n, "a threshold", fields{
				"at":    r.number(&t.At),
				"below": r.flag(&t.Below),
				"level": choice(r, &t.Level, LevelInfo, LevelWarning, LevelCritical),
				"area":  r.flag(&t.Area),
			})
			if g != nil && !g.has("at") {
				r.problem(n, "a threshold needs the value it is at")
			}
			*into, nodes = append(*into, t), append(nodes, n)
		})
		r.checkThresholds(*into, nodes)
	}
}

func (r *reader) unit(p *string) func(ast.Node) {
	return func(n ast.Node) {
		r.text(p)(n)
		if r.knownUnit != nil && !r.knownUnit(*p) {
			r.problem(n, "%q is no unit nightjar knows", *p)
		}
	}
}

// logs reads the options of a panel of logs. A filter is written as it is typed.
func (r *reader) logs(n ast.Node, o *LogOptions) {
	r.object(n, "logs", fields{
		"select":  r.text(&o.Select),
		"columns": r.texts(&o.Columns, "columns"),
		"wrap":    r.flag(&o.Wrap),
		"filters": func(n ast.Node) {
			r.each(n, "filters", func(n ast.Node) {
				var text string
				if r.text(&text)(n); text == "" {
					return
				}
				term, err := logs.ParseTerm(text)
				if err != nil {
					r.problem(n, "filter: %v", err)
					return
				}
				o.Terms = append(o.Terms, term)
			})
		},
	})
}
