package layout

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// host is a board with everything that makes layout hard: stats beside a
// table, rows that must wrap, all priorities.
func host() []Row {
	stat := func(id string, prio int) Item {
		return Item{ID: id, Span: 3, MinWidth: 16, Height: 4, MinHeight: 3, Priority: prio}
	}
	graph := func(id string, span, prio int) Item {
		return Item{ID: id, Span: span, MinWidth: 30, Height: 10, MinHeight: 5, Priority: prio, Grow: true}
	}
	return []Row{
		{Items: []Item{stat("load", 1), stat("memory", 1), stat("pressure", 2), stat("uptime", 3)}},
		{Title: "Near a limit", Items: []Item{
			{ID: "limits", Span: 5, MinWidth: 36, Height: 8, MinHeight: 4, Priority: 1},
			graph("cpu", 7, 1),
		}},
		{Items: []Item{graph("disk", 4, 2), graph("network", 4, 2), graph("cores", 4, 3)}},
		{Title: "Who", Items: []Item{
			{ID: "processes", Span: 8, MinWidth: 40, Height: 12, MinHeight: 6, Priority: 1, Grow: true},
			{ID: "sessions", Span: 4, MinWidth: 36, Height: 8, MinHeight: 4, Priority: 2, Grow: true},
		}},
	}
}

// boxes draws a plan; the fold is a line of '='.
func boxes(p Plan, width, height int) string {
	rows := make([][]rune, p.ContentHeight)
	for y := range rows {
		rows[y] = []rune(strings.Repeat(" ", width))
	}
	write := func(x, y int, s string, room int) {
		for i, r := range s {
			if i < room {
				rows[y][x+i] = r
			}
		}
	}
	for _, t := range p.Titles {
		write(t.X, t.Y, "# "+t.Text, t.W)
	}
	for _, pl := range p.Places {
		for y := range pl.H {
			write(pl.X, pl.Y+y, "|"+strings.Repeat(" ", max(pl.W-2, 0))+"|", pl.W)
		}
		write(pl.X, pl.Y, "+"+strings.Repeat("-", max(pl.W-2, 0))+"+", pl.W)
		write(pl.X, pl.Y+pl.H-1, "+"+strings.Repeat("-", max(pl.W-2, 0))+"+", pl.W)
		write(pl.X+1, pl.Y, fmt.Sprintf(" %s %dx%d ", pl.ID, pl.W, pl.H), pl.W-2)
	}
	var b strings.Builder
	for y, r := range rows {
		if y == height {
			b.WriteString(strings.Repeat("=", width) + "\n")
		}
		b.WriteString(strings.TrimRight(string(r), " ") + "\n")
	}
	return b.String()
}

func TestArrangeDrawn(t *testing.T) {
	f := func(name string, in Input) {
		t.Helper()
		got := boxes(Arrange(in), in.Width, in.Height)
		file := filepath.Join("testdata", name+".golden")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
	// Sizes are the terminal's; the body has two rows less.
	f("200x60", Input{Width: 200, Height: 58, Rows: host()})
	f("120x36", Input{Width: 120, Height: 34, Rows: host()})
	f("80x24", Input{Width: 80, Height: 22, Rows: host()})
	f("40x10", Input{Width: 40, Height: 8, Rows: host()})
	f("200x60-titles", Input{Width: 200, Height: 58, Rows: host(), RowTitles: true})
	f("200x16", Input{Width: 200, Height: 14, Rows: host()})
	f("80x24-full", Input{Width: 80, Height: 22, Rows: host(), Full: "cpu"})
}

func genInput(t *rapid.T) Input {
	in := Input{
		Width:     rapid.IntRange(1, 260).Draw(t, "width"),
		Height:    rapid.IntRange(-2, 90).Draw(t, "height"),
		RowTitles: rapid.Bool().Draw(t, "titles"),
	}
	n := 0
	for range rapid.IntRange(0, 6).Draw(t, "rows") {
		r := Row{Title: rapid.SampledFrom([]string{"", "title"}).Draw(t, "title")}
		for range rapid.IntRange(0, 7).Draw(t, "items") {
			r.Items = append(r.Items, Item{
				ID: fmt.Sprint("p", n), Span: rapid.IntRange(-1, 14).Draw(t, "span"),
				MinWidth: rapid.IntRange(-1, 90).Draw(t, "minwidth"), Height: rapid.IntRange(-1, 30).Draw(t, "h"),
				MinHeight: rapid.IntRange(-1, 20).Draw(t, "minh"), Priority: rapid.IntRange(0, 4).Draw(t, "prio"),
				Grow: rapid.Bool().Draw(t, "grow"),
			})
			n++
		}
		in.Rows = append(in.Rows, r)
	}
	return in
}

func items(in Input) map[string]Item {
	m := map[string]Item{}
	for _, r := range in.Rows {
		for _, it := range r.Items {
			m[it.ID] = it
		}
	}
	return m
}

func TestArrangeAlwaysHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := genInput(t)
		p := Arrange(in)
		all := items(in)
		if len(p.Places) != len(all) {
			t.Fatalf("%d places for %d items", len(p.Places), len(all))
		}
		taken := make([]int, in.Width*p.ContentHeight)
		take := func(r Rect) {
			if r.X < 0 || r.Y < 0 || r.W < 1 || r.X+r.W > in.Width || r.Y+r.H > p.ContentHeight {
				t.Fatalf("%+v is outside %dx%d", r, in.Width, p.ContentHeight)
			}
			for y := r.Y; y < r.Y+r.H; y++ {
				for x := r.X; x < r.X+r.W; x++ {
					if taken[y*in.Width+x]++; taken[y*in.Width+x] > 1 {
						t.Fatalf("overlap at %d,%d", x, y)
					}
				}
			}
		}
		lines := map[int][]Place{}
		for i, pl := range p.Places {
			it := all[pl.ID]
			delete(all, pl.ID)
			take(pl.Rect())
			if pl.H < MinPlaceHeight {
				t.Fatalf("%+v is too low", pl)
			}
			if pl.W < it.MinWidth && pl.W != in.Width {
				t.Fatalf("%+v is narrower than its least width %d", pl, it.MinWidth)
			}
			if least := min(it.MinHeight, in.Height); pl.H < least {
				t.Fatalf("%+v is lower than its least height %d", pl, least)
			}
			if i > 0 && (pl.Y < p.Places[i-1].Y || pl.Y == p.Places[i-1].Y && pl.X <= p.Places[i-1].X) {
				t.Fatalf("%+v after %+v: not in reading order", pl, p.Places[i-1])
			}
			lines[pl.Y] = append(lines[pl.Y], pl)
		}
		for _, tt := range p.Titles {
			take(Rect{tt.X, tt.Y, tt.W, 1})
		}
		for y, l := range lines {
			x := 0
			for _, pl := range l {
				if pl.X != x || pl.H != l[0].H {
					t.Fatalf("line at %d: %+v does not start at %d or is not %d high", y, pl, x, l[0].H)
				}
				x += pl.W + Gutter
			}
			if x-Gutter != in.Width {
				t.Fatalf("line at %d ends at %d of %d", y, x-Gutter, in.Width)
			}
		}
	})
}

// Where there is room for all at their least heights nothing is below the fold
// and the order of the file stays; otherwise urgent panels come first.
func TestArrangeFold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := genInput(t)
		in.Height = max(in.Height, MinPlaceHeight)
		p := Arrange(in)
		var order []string
		for _, r := range in.Rows {
			for _, it := range r.Items {
				order = append(order, it.ID)
			}
		}
		got := make([]string, 0, len(p.Places))
		for _, pl := range p.Places {
			got = append(got, pl.ID)
		}
		if total(inOrder(in), line.needs) <= in.Height {
			if p.ContentHeight > in.Height {
				t.Fatalf("%d rows of %d though all would fit", p.ContentHeight, in.Height)
			}
			if !slices.Equal(got, order) {
				t.Fatalf("order %v, want %v", got, order)
			}
			return
		}
		all := items(in)
		slices.SortStableFunc(order, func(a, b string) int { return all[a].Priority - all[b].Priority })
		if !slices.Equal(got, order) {
			t.Fatalf("order %v, want %v", got, order)
		}
		if first := p.Places[0]; first.H > in.Height {
			t.Fatalf("%+v does not fit the body's %d rows", first, in.Height)
		}
	})
}

func TestArrangeGivesAwayAllRoom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := genInput(t)
		p := Arrange(in)
		anyGrows := false
		for _, l := range inOrder(in) {
			anyGrows = anyGrows || l.grows
		}
		if anyGrows && p.ContentHeight < in.Height {
			t.Fatalf("%d of %d rows used though a panel can grow", p.ContentHeight, in.Height)
		}
	})
}

func TestShrinkTakesFromLeastUrgentFirst(t *testing.T) {
	it := func(id string, prio int) Item {
		return Item{ID: id, Span: 12, Height: 10, MinHeight: 4, Priority: prio}
	}
	rows := []Row{{Items: []Item{it("a", 1)}}, {Items: []Item{it("b", 3)}}, {Items: []Item{it("c", 2)}}}
	f := func(height int, want ...int) {
		t.Helper()
		var got []int
		for _, pl := range Arrange(Input{Width: 50, Height: height, Rows: rows}).Places {
			got = append(got, pl.H)
		}
		if !slices.Equal(got, want) {
			t.Errorf("height %d: got %v, want %v", height, got, want)
		}
	}
	f(30, 10, 10, 10)
	f(27, 10, 7, 10)
	f(24, 10, 4, 10)
	f(21, 10, 4, 7)
	f(18, 10, 4, 4)
	f(15, 7, 4, 4)
	f(12, 4, 4, 4)
	f(11, 6, 5, 10) // a, c above the fold, b below it as high as it wants
}

// Above the fold no row is left blank while a panel can use it.
func TestFoldFillsTheBody(t *testing.T) {
	var rows []Row
	for _, id := range []string{"a", "b", "c"} {
		rows = append(rows, Row{Items: []Item{{ID: id, Span: 12, Height: 4, MinHeight: 4, Grow: true}}})
	}
	p := Arrange(Input{Width: 50, Height: 11, Rows: rows})
	if p.Places[0].H != 6 || p.Places[1].H != 5 || p.Places[2].Y != 11 || p.Places[2].H != 4 {
		t.Errorf("got %+v", p.Places)
	}
}

// Packed by priority, panels of two rows share a line if they are of a size.
func TestFoldJoinsRowsOfASize(t *testing.T) {
	f := func(leastA, leastB, spanB int, want Place) {
		t.Helper()
		p := Arrange(Input{Width: 81, Height: 10, Rows: []Row{
			{Items: []Item{{ID: "a", Span: 6, Height: 20, MinHeight: leastA, Priority: 1}}},
			{Items: []Item{{ID: "b", Span: spanB, Height: 20, MinHeight: leastB, Priority: 1}}},
			{Items: []Item{{ID: "c", Span: 12, Height: 20, MinHeight: 10, Priority: 2}}},
		}})
		if p.Places[1] != want {
			t.Errorf("got %+v, want %+v", p.Places[1], want)
		}
	}
	f(4, 5, 6, Place{"b", 41, 0, 40, 10})
	f(2, 5, 6, Place{"b", 0, 4, 81, 6})
	f(4, 5, 7, Place{"b", 0, 5, 81, 5}) // too wide for one line
}

func TestWrapIsEven(t *testing.T) {
	f := func(width int, spans []int, minWidth int, want ...int) {
		t.Helper()
		var items []Item
		for _, s := range spans {
			items = append(items, Item{Span: s, MinWidth: minWidth})
		}
		var got []int
		for _, l := range wrap(items, width) {
			got = append(got, len(l))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d columns of %v: got lines of %v, want %v", width, spans, got, want)
		}
	}
	f(100, []int{3, 3, 3, 3}, 10, 4)
	f(40, []int{3, 3, 3, 3}, 16, 2, 2)
	f(60, []int{3, 3, 3, 3}, 16, 2, 2) // three would fit; even is better
	f(100, []int{3, 3, 3, 3, 3}, 10, 3, 2)
	f(30, []int{4, 4, 4}, 30, 1, 1, 1)
	f(100, []int{6, 6, 12}, 10, 2, 1)
	f(10, []int{12}, 30, 1)
	f(100, nil, 10)
}

func TestWidthsAlignAcrossLines(t *testing.T) {
	mk := func(spans ...int) []Item {
		var out []Item
		for _, s := range spans {
			out = append(out, Item{Span: s})
		}
		return out
	}
	for w := 40; w < 250; w++ {
		q, h, th := widths(mk(3, 3, 3, 3), w), widths(mk(6, 6), w), widths(mk(3, 3, 6), w)
		if q[0]+q[1]+Gutter != h[0] || th[0] != q[0] || th[2] != h[1] {
			t.Fatalf("width %d: %v, %v and %v do not align", w, q, h, th)
		}
	}
}

func BenchmarkArrange(b *testing.B) {
	in := Input{Width: 80, Height: 22, Rows: host()}
	b.ReportAllocs()
	for b.Loop() {
		if p := Arrange(in); len(p.Places) != 11 {
			b.Fatal(len(p.Places))
		}
	}
}
