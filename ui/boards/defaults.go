package boards

import "cmp"

// A shape is the size a kind of panel has unless the board says otherwise.
type shape struct{ span, minWidth, height, minHeight int }

func (k Kind) shape() shape {
	switch k {
	case KindStat:
		return shape{3, 16, 4, 3}
	case KindGauge:
		return shape{3, 18, 4, 2}
	case KindBars:
		return shape{4, 24, 8, 4}
	case KindTable:
		return shape{6, 36, 12, 5}
	case KindHeatmap:
		return shape{6, 30, 12, 5}
	case KindLogs:
		return shape{12, 40, 16, 6}
	case KindText:
		return shape{12, 24, 6, 3}
	case KindLimits:
		return shape{6, 36, 8, 4}
	default: // KindGraph
		return shape{6, 30, 10, 5}
	}
}

// fillIn gives a panel what its board does not say.
func fillIn(p *Panel) {
	s := p.Kind.shape()
	p.Span = cmp.Or(p.Span, s.span)
	p.MinWidth = cmp.Or(p.MinWidth, s.minWidth)
	p.Height = cmp.Or(p.Height, max(s.height, p.MinHeight))
	p.MinHeight = cmp.Or(p.MinHeight, min(s.minHeight, p.Height))
	p.Priority = cmp.Or(p.Priority, 2)
	if p.Repeat != "" {
		p.RepeatMax = cmp.Or(p.RepeatMax, 12)
	}
	for i := range p.Queries {
		q := &p.Queries[i]
		q.Reduce = cmp.Or(q.Reduce, "last")
	}
	if p.Kind == KindGraph {
		p.Graph.Style = cmp.Or(p.Graph.Style, "line")
	}
}
