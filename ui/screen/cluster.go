package screen

import "sync"

// clusterTable interns grapheme clusters of more than one rune, so that a cell
// stays eight bytes. It is bounded: when hostile text fills it, further
// clusters become U+FFFD.
type clusterTable struct {
	mu    sync.RWMutex
	index map[string]uint32
	texts []string
}

const maxClusters = 1 << 14

var clusters = &clusterTable{index: map[string]uint32{}}

// intern gives the cell value of a cluster; ok is false when the table is full.
func (t *clusterTable) intern(s string) (ch uint32, ok bool) {
	t.mu.RLock()
	ch, ok = t.index[s]
	t.mu.RUnlock()
	if ok {
		return ch, true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if ch, ok := t.index[s]; ok {
		return ch, true
	}
	if len(t.texts) >= maxClusters {
		return 0, false
	}
	ch = clusterBase + uint32(len(t.texts)) //nolint:gosec // bounded by maxClusters
	s = string([]byte(s))                   // do not keep a long line alive for one cluster
	t.texts = append(t.texts, s)
	t.index[s] = ch
	return ch, true
}

func (t *clusterTable) text(ch uint32) string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if i := int(ch - clusterBase); i >= 0 && i < len(t.texts) {
		return t.texts[i]
	}
	return "\ufffd"
}
