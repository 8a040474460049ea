package panels

// A Rower is a panel of which one row is selected, for a link that is about it.
type Rower interface {
	// Selected is what the selected row has for a label, or for a column of a
	// listed table; ok is false where there is no such row, or it has none.
	Selected(label string) (value string, ok bool)
}

// A pick is the selected one of the rows of a panel that links them. It follows its
// row by the row's key while someone reads, and is the first row else.
type pick struct {
	at    int
	key   string
	moved bool // someone selected a row
}

// find follows the selected row into n rows of new data, which key names.
func (p *pick) find(n int, key func(i int) string) {
	p.at = max(0, min(p.at, n-1))
	if !p.moved {
		p.at = 0
		return
	}
	for i := range n {
		if key(i) == p.key {
			p.at = i
			return
		}
	}
}

// choose selects row i of n, or the first or last one there is, and reports whether that is another one.
func (p *pick) choose(i, n int, key func(i int) string) bool {
	i = max(0, min(i, n-1))
	if n == 0 || i == p.at {
		return false
	}
	p.at, p.key, p.moved = i, key(i), i > 0
	return true
}
