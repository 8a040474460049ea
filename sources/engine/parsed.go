package engine

import (
	"slices"
	"sync"

	"github.com/prometheus/prometheus/promql/parser"
)

// maxParsed bounds the expressions that are kept parsed.
const maxParsed = 512

// A cachingParser keeps what it parsed. A board asks the same two dozen queries
// every other second, and a parse costs as much as a small evaluation. The
// engine writes into what it evaluates (offsets, selected series, sorted label
// lists), so each caller gets a copy of its own.
type cachingParser struct {
	parser.Parser

	mu   sync.Mutex
	kept map[string]parser.Expr // never evaluated, only copied
}

func newCachingParser(p parser.Parser) *cachingParser {
	return &cachingParser{Parser: p, kept: map[string]parser.Expr{}}
}

// ParseExpr parses input, or copies what that gave before.
func (c *cachingParser) ParseExpr(input string) (parser.Expr, error) {
	c.mu.Lock()
	known := c.kept[input]
	c.mu.Unlock()
	if known != nil {
		e, _ := cloneExpr(known)
		return e, nil
	}
	e, err := c.Parser.ParseExpr(input)
	if err != nil {
		return e, err //nolint:wrapcheck // the parser's own words, with positions
	}
	if kept, ok := cloneExpr(e); ok {
		c.mu.Lock()
		if len(c.kept) >= maxParsed {
			clear(c.kept)
		}
		c.kept[input] = kept
		c.mu.Unlock()
	}
	return e, nil
}

// cloneExpr copies an expression as far as evaluating it may change it. ok is
// false for a kind of expression that it does not know.
func cloneExpr(e parser.Expr) (clone parser.Expr, ok bool) {
	switch e := e.(type) {
	case *parser.NumberLiteral, *parser.StringLiteral:
		return e, true // nothing in them changes
	case *parser.VectorSelector:
		c := *e
		c.LabelMatchers = slices.Clone(e.LabelMatchers)
		return &c, e.Series == nil && e.UnexpandedSeriesSet == nil
	case *parser.MatrixSelector:
		c := *e
		c.VectorSelector, ok = cloneExpr(e.VectorSelector)
		return &c, ok
	case *parser.SubqueryExpr:
		c := *e
		c.Expr, ok = cloneExpr(e.Expr)
		return &c, ok
	case *parser.ParenExpr:
		c := *e
		c.Expr, ok = cloneExpr(e.Expr)
		return &c, ok
	case *parser.UnaryExpr:
		c := *e
		c.Expr, ok = cloneExpr(e.Expr)
		return &c, ok
	case *parser.AggregateExpr:
		return cloneAggregate(e)
	case *parser.BinaryExpr:
		return cloneBinary(e)
	case *parser.Call:
		c := *e
		c.Args = slices.Clone(e.Args)
		for i := range c.Args {
			if c.Args[i], ok = cloneExpr(c.Args[i]); !ok {
				return nil, false
			}
		}
		return &c, true
	}
	return nil, false
}

func cloneAggregate(e *parser.AggregateExpr) (clone parser.Expr, ok bool) {
	c := *e
	c.Grouping = slices.Clone(e.Grouping)
	if c.Expr, ok = cloneExpr(e.Expr); !ok {
		return nil, false
	}
	if e.Param != nil {
		c.Param, ok = cloneExpr(e.Param)
	}
	return &c, ok
}

func cloneBinary(e *parser.BinaryExpr) (clone parser.Expr, ok bool) {
	c := *e
	if m := e.VectorMatching; m != nil {
		matching := *m
		matching.MatchingLabels, matching.Include = slices.Clone(m.MatchingLabels), slices.Clone(m.Include)
		c.VectorMatching = &matching
	}
	if c.LHS, ok = cloneExpr(e.LHS); !ok {
		return nil, false
	}
	c.RHS, ok = cloneExpr(e.RHS)
	return &c, ok
}
