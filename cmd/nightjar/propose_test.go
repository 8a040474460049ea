package main

import (
	"testing"

	"nightjar/ui/boards"
)

// A board for the second of two sources is about that one in all that it asks,
// also for the values of its variables, and leaves the shared board as it is.
func TestBoardForASourceAsksThatOne(t *testing.T) {
	shared := boards.ByName(boards.Builtin(), "node")
	b := boardFor(shared, "two")
	if v := b.Variables[0]; v.Source != "two" || shared.Variables[0].Source != "" {
		t.Errorf("the variable asks %q, that of the shared board %q", v.Source, shared.Variables[0].Source)
	}
	linked := 0
	for r, row := range b.Rows {
		for i, p := range row.Panels {
			if p.Source != "two" || shared.Rows[r].Panels[i].Source != "" {
				t.Errorf("%s asks %q", p.ID, p.Source)
			}
			if p.Link != "" {
				linked++
				if p.Link != "node@two" || len(p.LinkSet) == 0 {
					t.Errorf("%s leads to %q and sets %v", p.ID, p.Link, p.LinkSet)
				}
			}
		}
	}
	if linked == 0 {
		t.Error("no panel leads anywhere")
	}
}
