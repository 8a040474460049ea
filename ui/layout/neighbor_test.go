package layout

import (
	"testing"

	"pgregory.net/rapid"
)

func TestNeighbor(t *testing.T) {
	//  a a b b
	//  c d d e
	p := Plan{Places: []Place{
		{"a", 0, 0, 19, 4},
		{"b", 20, 0, 19, 4},
		{"c", 0, 4, 9, 4},
		{"d", 10, 4, 19, 4},
		{"e", 30, 4, 9, 4},
	}}
	f := func(id, dir, want string) {
		t.Helper()
		if got := Neighbor(p, id, dir); got != want {
			t.Errorf("%s of %s: got %q, want %q", dir, id, got, want)
		}
	}
	f("a", Right, "b")
	f("a", "l", "b")
	f("b", Right, "")
	f("b", Left, "a")
	f("a", Down, "c") // c and d share nine columns each; the first in reading order wins
	f("b", "j", "d")
	f("d", Up, "a")
	f("e", "k", "b")
	f("d", "h", "c")
	f("c", Up, "a")
	f("a", Up, "")
	f("e", Next, "a")
	f("a", Prev, "e")
	f("b", Next, "c")
	f("gone", Down, "a")
	f("a", "sideways", "")
	wide := Plan{Places: []Place{{"a", 0, 0, 39, 4}, {"b", 0, 4, 9, 4}, {"c", 10, 4, 29, 4}, {"d", 0, 8, 39, 4}}}
	if got := Neighbor(wide, "a", Down); got != "c" {
		t.Errorf("down of a: got %q, want the longer edge", got)
	}
	if got := Neighbor(Plan{}, "a", Next); got != "" {
		t.Errorf("empty plan: got %q", got)
	}
}

// From anywhere, every panel can be reached with the arrows alone.
func TestNeighborReachesAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Arrange(genInput(t))
		if len(p.Places) == 0 {
			return
		}
		seen := map[string]bool{}
		queue := []string{p.Places[rapid.IntRange(0, len(p.Places)-1).Draw(t, "from")].ID}
		for len(queue) > 0 {
			id := queue[0]
			queue = queue[1:]
			if id == "" || seen[id] {
				continue
			}
			seen[id] = true
			for _, dir := range []string{Left, Right, Up, Down} {
				queue = append(queue, Neighbor(p, id, dir))
			}
		}
		if len(seen) != len(p.Places) {
			t.Fatalf("reached %d of %d", len(seen), len(p.Places))
		}
	})
}

func TestChrome(t *testing.T) {
	c := Frame(80, 24)
	if c.TooSmall || c.Header != (Rect{0, 0, 80, 1}) || c.Body != (Rect{0, 1, 80, 22}) || c.Footer != (Rect{0, 23, 80, 1}) {
		t.Errorf("80x24: %+v", c)
	}
	for _, s := range [][2]int{{39, 10}, {40, 9}, {0, 0}, {1, 1}, {-5, 3}} {
		c := Frame(s[0], s[1])
		if want := (Rect{W: max(s[0], 0), H: max(s[1], 0)}); !c.TooSmall || c.Message != want {
			t.Errorf("%v: %+v", s, c)
		}
	}
	if c := Frame(500, 200); c.TooSmall || c.Body.H != 198 {
		t.Errorf("500x200: %+v", c)
	}
}

func TestOverlayIsClamped(t *testing.T) {
	if got := Center(80, 22, 64, 17); got != (Rect{8, 2, 64, 17}) {
		t.Errorf("got %+v", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(-3, 120)
		w, h := n.Draw(t, "width"), n.Draw(t, "height")
		bw, bh := n.Draw(t, "w"), n.Draw(t, "h")
		for _, r := range []Rect{Center(w, h, bw, bh), Below(w, h, n.Draw(t, "x"), n.Draw(t, "y"), bw, bh)} {
			if r.X < 0 || r.Y < 0 || r.W < 0 || r.H < 0 || r.X+r.W > max(w, 0) || r.Y+r.H > max(h, 0) {
				t.Fatalf("%+v is not inside %dx%d", r, w, h)
			}
			if bw >= 0 && bw <= w && r.W != bw || bh >= 0 && bh <= h && r.H != bh {
				t.Fatalf("%+v: %dx%d would fit", r, bw, bh)
			}
		}
	})
}
