package boards

import (
	"slices"

	"github.com/prometheus/common/model"
)

// Needs are the metrics that decide which of the boards are proposed, sorted
// and each once. A caller asks a source which of these it has, in one request,
// and answers Proposed from that.
func Needs(all []*Board) []string {
	var names []string
	for _, b := range all {
		if !b.Local {
			names = append(names, b.Needs...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Proposed keeps the boards whose needs are all met by a source; has reports
// whether the source has a metric of that name. A board without needs is of use
// to every source, and one that is local to none. What the source is itself comes
// first, then what it watches; boards that are not built in follow in their order.
func Proposed(all []*Board, has func(metric string) bool) []*Board {
	lacks := func(metric string) bool { return !has(metric) }
	var out []*Board
	for _, b := range all {
		if !b.Local && !slices.ContainsFunc(b.Needs, lacks) {
			out = append(out, b)
		}
	}
	slices.SortStableFunc(out, func(a, b *Board) int { return rank(a.Name) - rank(b.Name) })
	return out
}

// checkNeeds sees that needs can be met.
func (r *reader) checkNeeds(b *Board, g given) {
	if b.Local && g.has("needs") {
		r.problem(g["needs"], "a local board is never proposed, so it has no needs")
	}
	for i, name := range b.Needs {
		switch {
		case !model.LegacyValidation.IsValidMetricName(name):
			r.problem(g["needs"], "needs are names of metrics; %q is none", clip(name))
		case slices.Contains(b.Needs[:i], name):
			r.problem(g["needs"], "%q is needed twice", name)
		}
	}
}
