package poll

import (
	"github.com/prometheus/prometheus/promql/parser"
)

// windowed reports whether a value of expr at a step may depend on more than the
// samples up to that step, so that frames of different windows cannot be
// merged: it uses the @ modifier, start(), end(), range() or a computed
// duration, looks ahead (negative offset, smoothed), or chooses series by what
// else is in the answer (limitk, limit_ratio, info). What does not parse as
// PromQL is taken to depend on its window.
func windowed(expr string) bool {
	p := parser.NewParser(parser.Options{EnableExperimentalFunctions: true, EnableBinopFillModifiers: true})
	e, err := p.ParseExpr(expr)
	if err != nil {
		return true
	}
	found := false
	parser.Inspect(e, func(n parser.Node, _ []parser.Node) error {
		switch n := n.(type) {
		case *parser.VectorSelector:
			found = found || n.Timestamp != nil || n.StartOrEnd != 0 || n.Smoothed ||
				n.OriginalOffset < 0 || n.OriginalOffsetExpr != nil
		case *parser.SubqueryExpr:
			found = found || n.Timestamp != nil || n.StartOrEnd != 0 || n.RangeExpr != nil || n.StepExpr != nil ||
				n.OriginalOffset < 0 || n.OriginalOffsetExpr != nil
		case *parser.MatrixSelector:
			found = found || n.RangeExpr != nil
		case *parser.Call:
			switch n.Func.Name {
			case "start", "end", "range", "info":
				found = true
			}
		case *parser.AggregateExpr:
			found = found || n.Op == parser.LIMITK || n.Op == parser.LIMIT_RATIO
		}
		return nil
	})
	return found
}
