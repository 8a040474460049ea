package prometheus

import (
	"slices"
	"strings"

	"nightjar/sources"
)

const (
	// maxInterned bounds the strings that are looked for among those met before.
	maxInterned = 1 << 14
	poolLabels  = 1 << 10 // labels of many series are one allocation
)

// A labelReader reads label sets; equal strings of one answer share their bytes.
type labelReader struct {
	*scanner
	met  map[string]string
	pool sources.Labels
	from int // where in pool the set that is read begins
	pair func(key []byte) error
}

func newLabelReader(s *scanner) *labelReader {
	l := &labelReader{scanner: s, met: map[string]string{}}
	l.pair = l.readPair
	return l
}

func (l *labelReader) intern(b []byte) string {
	if s, ok := l.met[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(l.met) < maxInterned {
		l.met[s] = s
	}
	return s
}

// labels reads an object of strings. The set is sorted, has no name twice (the
// last one counts) and no empty values, which are labels that are not there.
func (l *labelReader) labels() (sources.Labels, error) {
	if cap(l.pool)-len(l.pool) < 32 {
		l.pool = make(sources.Labels, 0, poolLabels)
	}
	l.from = len(l.pool)
	if err := l.object(l.pair); err != nil {
		return nil, err
	}
	set := l.pool[l.from:]
	if !tidied(set) {
		set = tidy(set)
		l.pool = l.pool[:l.from+len(set)]
	}
	return slices.Clip(set), nil
}

func (l *labelReader) readPair(key []byte) error {
	name := l.intern(key)
	value, err := l.text()
	if err != nil {
		return err
	}
	l.pool = append(l.pool, sources.Label{Name: name, Value: l.intern(value)})
	if len(l.pool) == cap(l.pool) { // the next one would move what other sets share
		l.pool, l.from = append(make(sources.Labels, 0, 2*(len(l.pool)-l.from)+poolLabels), l.pool[l.from:]...), 0
	}
	return nil
}

func tidied(set sources.Labels) bool {
	for i, x := range set {
		if x.Value == "" || i > 0 && set[i-1].Name >= x.Name {
			return false
		}
	}
	return true
}

func tidy(set sources.Labels) sources.Labels {
	slices.SortStableFunc(set, func(a, b sources.Label) int { return strings.Compare(a.Name, b.Name) })
	kept := set[:0]
	for i, x := range set {
		if i+1 < len(set) && set[i+1].Name == x.Name || x.Value == "" {
			continue
		}
		kept = append(kept, x)
	}
	return kept
}
