package panels

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"nightjar/sources"
	"nightjar/sources/poll"
	"nightjar/ui/boards"
)

// processes is a snapshot of n processes; k shifts their load.
func processes(n, k int) *poll.Result {
	t := &sources.Table{Source: "local", Name: "processes", Time: noon(), Total: n + 10, Columns: []sources.Column{
		{Name: "pid", Unit: "none", Key: true},
		{Name: "user", Text: true},
		{Name: "cpu", Unit: "percent"},
		{Name: "memory", Unit: "bytes"},
		{Name: "age", Unit: "s"},
		{Name: "command", Text: true},
	}}
	users, commands := []string{"root", "postgres", "www-data"}, []string{"systemd", "postgres: writer", "nginx: worker process", "/usr/bin/python3 -m http.server 8080", "sshd"}
	for i := range n {
		t.Rows = append(t.Rows, []sources.Value{
			{Number: float64(100 + i)},
			{Text: users[i%3]},
			{Number: float64((i*37+k*13)%101) + 0.5},
			{Number: float64(i+1) * 3.3e7},
			{Number: float64(i*i*311 + 5)},
			{Text: commands[i%5]},
		})
	}
	return &poll.Result{Source: "local", State: poll.OK, Table: t, At: noon()}
}

func processSpec() *boards.Panel {
	return &boards.Panel{Kind: boards.KindTable, List: "processes", Table: boards.TableOptions{Sort: "-cpu", Columns: []boards.Column{
		{Field: "pid", Priority: 1},
		{Field: "user", Priority: 3},
		{Field: "cpu", Title: "cpu", Bar: true, Priority: 1, Thresholds: warnCrit(80, 95)},
		{Field: "memory", Priority: 2},
		{Field: "age", Priority: 3},
		{Field: "command", Priority: 1},
	}}}
}

func processPanel() Panel {
	p := New(processSpec())
	p.SetResult(0, processes(30, 0))
	return p
}

func TestTable(t *testing.T) {
	for _, size := range [][2]int{{40, 6}, {60, 6}, {80, 8}, {120, 8}, {30, 1}, {20, 3}} {
		c := at3()
		p := processPanel()
		p.Plot(size[0], size[1])
		t.Logf("%v: %s", size, p.Caption(c))
		golden(t, fmt.Sprintf("table/processes-%dx%d", size[0], size[1]), picture(p, size[0], size[1], c))
	}
	c := at3()
	c.ASCII = true
	g := picture(processPanel(), 80, 6, c)
	golden(t, "table/processes-80x6-ascii", g)
	assertASCII(t, g)
	all := New(&boards.Panel{Kind: boards.KindTable, List: "processes"})
	few := processes(4, 0)
	few.Table.Notes = []string{"I/O of other users' processes cannot be read without root"}
	all.SetResult(0, few)
	golden(t, "table/all-columns-90x7", picture(all, 90, 7, at3()))
	golden(t, "table/all-columns-40x6", picture(all, 40, 6, at3())) // pid and command stay
}

// column gives the first field of each row below the header.
func firstFields(t *testing.T, p Panel, w, h int, c Context) []string {
	t.Helper()
	var out []string
	for i, line := range strings.Split(strings.TrimSpace(plain(t, picture(p, w, h, c))), "\n") {
		if f := strings.Fields(line); i > 0 && len(f) > 0 {
			out = append(out, f[0])
		}
	}
	return out
}

func TestTableHoldsItsOrderWhileARowIsSelected(t *testing.T) {
	p, c := processPanel(), at3()
	c.Focused = true
	before := firstFields(t, p, 80, 8, c)
	p.Key(press("down"), c)
	p.Key(press("down"), c)
	tb := p.(*table)
	selected := tb.selected
	if !strings.Contains(p.Caption(c), "order held") {
		t.Errorf("caption = %q", p.Caption(c))
	}
	p.SetResult(0, processes(30, 5))
	if after := firstFields(t, p, 80, 8, c); strings.Join(after, " ") != strings.Join(before, " ") {
		t.Errorf("rows jumped while reading:\n%v\n%v", before, after)
	}
	if tb.selected != selected || tb.data.records[tb.view[tb.at]].key != selected {
		t.Error("the selection left its row")
	}
	// The row goes away; the selection stays in place.
	p.SetResult(0, processes(3, 5))
	picture(p, 80, 8, c)
	p.SetResult(0, processes(30, 5))
	p.Key(press("home"), c)
	if after := firstFields(t, p, 80, 8, c); strings.Join(after, " ") == strings.Join(before, " ") {
		t.Error("home did not sort again")
	}
	if strings.Contains(p.Caption(c), "held") {
		t.Errorf("caption = %q", p.Caption(c))
	}
}

func TestTableSelectionFollowsItsRowThroughASort(t *testing.T) {
	p, c := processPanel(), at3()
	c.Focused = true
	picture(p, 80, 8, c)
	p.Key(press("down"), c)
	tb := p.(*table)
	key := tb.selected
	for range 7 {
		p.Key(press("o"), c)
		p.Key(press("O"), c)
		picture(p, 80, 8, c)
		if got := tb.data.records[tb.view[tb.at]].key; got != key || tb.selected != key {
			t.Fatalf("sorted by %s: selected %q, want %q", tb.sortBy, got, key)
		}
		if tb.at < tb.top || tb.at >= tb.top+tb.room() {
			t.Fatal("the selected row is out of sight")
		}
	}
}

func TestTableSort(t *testing.T) {
	p, c := processPanel(), at3()
	c.Focused = true
	picture(p, 120, 8, c)
	f := func(want string, keys ...string) {
		t.Helper()
		for _, k := range keys {
			p.Key(press(k), c)
		}
		if got := strings.Join(firstFields(t, p, 120, 4, c), " "); got != want {
			t.Errorf("after %v: %s, want %s", keys, got, want)
		}
	}
	f("119 108 127") // by cpu
	p.Key(press("O"), c)
	picture(p, 120, 8, c)
	tb := p.(*table)
	if tb.reverse {
		t.Error("S did not reverse")
	}
	p.Click(0, 0, c) // the pid title
	f("129 128 127")
	p.Click(0, 0, c)
	f("100 101 102")
}

func TestTableWithoutAValueIsLastEitherWay(t *testing.T) {
	spec := &boards.Panel{Kind: boards.KindTable, Table: boards.TableOptions{Sort: "v", Columns: []boards.Column{{Label: "a"}, {Query: "v"}}}, Queries: []boards.Query{{Expr: "v", Name: "v"}}}
	p := New(spec)
	two, one, none := lbl("a", "two"), lbl("a", "one"), lbl("a", "none")
	for _, order := range [][]any{{none, math.NaN(), two, 2.0, one, 1.0}, {two, 2.0, one, 1.0, none, math.NaN()}, {one, 1.0, none, math.NaN(), two, 2.0}} {
		p.SetResult(0, okResult(vector(order...)))
		for _, want := range []string{"[one two none]", "[two one none]"} {
			if got := fmt.Sprint(firstFields(t, p, 30, 5, at3())); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			p.Key(press("O"), at3())
		}
	}
}

// Two series of one query for one row, with and without all its labels, are both kept.
func TestTableJoinDropsNothing(t *testing.T) {
	p := New(joinSpec())
	p.SetResult(0, okResult(vector(lbl("mountpoint", "/", "device", "sda"), 1.0, lbl("mountpoint", "/", "device", "sda", "x", "1"), 2.0)))
	p.SetResult(2, okResult(vector(lbl("device", "sda"), 3.0, lbl("device", "sda", "x", "1"), 4.0)))
	picture(p, 80, 8, at3())
	tb := p.(*table)
	keys, values := map[string]bool{}, map[float64]bool{}
	for _, r := range tb.data.records {
		keys[r.key] = true
		for j, v := range r.values {
			if !tb.data.columns[j].text {
				values[v.Number] = true
			}
		}
	}
	if len(keys) != len(tb.data.records) {
		t.Errorf("%d keys for %d rows", len(keys), len(tb.data.records))
	}
	for v := 1.0; v <= 4; v++ {
		if !values[v] {
			t.Errorf("the value %v is lost", v)
		}
	}
}

func TestTableFilter(t *testing.T) {
	p, c := processPanel(), at3()
	picture(p, 80, 8, c)
	f := p.(Filterer)
	if shown, total := f.Filter("NGINX"); shown != 6 || total != 30 {
		t.Errorf("%d of %d", shown, total)
	}
	if got := p.Caption(c); !strings.HasPrefix(got, "6 of 40 match") {
		t.Errorf("caption = %q", got)
	}
	golden(t, "table/filtered-80x8", picture(p, 80, 8, c))
	if shown, _ := f.Filter("no such thing \x1b[2J"); shown != 0 {
		t.Errorf("%d shown", shown)
	}
	golden(t, "table/filtered-none-80x3", picture(p, 80, 3, c))
	p.SetResult(0, processes(30, 2))
	f.Filter("128")
	if got := firstFields(t, p, 80, 8, c); len(got) != 1 || got[0] != "128" {
		t.Errorf("by number: %v", got)
	}
	if shown, total := f.Filter(""); shown != total {
		t.Error("empty shows all")
	}
}

func TestTableScrolls(t *testing.T) {
	p, c := processPanel(), at3()
	c.Focused = true
	golden(t, "table/scroll-0-40x4", picture(p, 40, 4, c))
	for range 3 {
		p.Key(press("right"), c)
		picture(p, 40, 4, c)
	}
	p.Key(press("end"), c)
	p.Plot(40, 4)
	if got := p.Caption(c); !strings.HasPrefix(got, "28-30 of 40") {
		t.Errorf("caption = %q", got)
	}
	golden(t, "table/scroll-right-end-40x4", picture(p, 40, 4, c))
	v := p.Version()
	if !p.Wheel(-5, c) || p.Version() == v {
		t.Error("the wheel did not scroll")
	}
	if p.Wheel(0, c) {
		t.Error("nothing moved")
	}
	for range 9 {
		p.Key(press("right"), c)
		picture(p, 40, 4, c)
	}
	tb := p.(*table)
	if !tb.lastSeen() {
		t.Error("the last column cannot be reached")
	}
}

func joinSpec() *boards.Panel {
	return &boards.Panel{Kind: boards.KindTable, Unit: "bytes", Queries: []boards.Query{
		{Expr: "size", Name: "size"},
		{Expr: "avail", Name: "avail"},
		{Expr: "use", Name: "use", Unit: "percentunit", Thresholds: warnCrit(0.8, 0.9)},
		{Expr: "uptime", Name: "uptime", Unit: "s", Hidden: true},
	}, Table: boards.TableOptions{Columns: []boards.Column{
		{Label: "mountpoint", Title: "mount", Priority: 1}, {Label: "device"}, {Query: "size"}, {Query: "avail"}, {Query: "use", Bar: true, Priority: 1}, {Query: "uptime", Priority: 3},
	}, Sort: "-use"}}
}

func TestTableJoinsQueriesByLabels(t *testing.T) {
	root, data := lbl("mountpoint", "/", "device", "/dev/sda1", "fstype", "ext4"), lbl("mountpoint", "/data", "device", "/dev/sdb1", "fstype", "xfs")
	p := New(joinSpec())
	p.SetResult(0, okResult(vector(root, 100e9, data, 2e12)))
	p.SetResult(1, okResult(vector(data, 1e11, root, 40e9)))
	p.SetResult(2, okResult(vector(lbl("mountpoint", "/data"), 0.95, lbl("mountpoint", "/"), 0.6, lbl("mountpoint", "/gone"), 0.1)))
	p.SetResult(3, okResult(vector(lbl(), 86400.0)))
	golden(t, "table/join-90x5", picture(p, 90, 5, at3()))
	// Two series of one query on one row are two rows.
	p.SetResult(1, okResult(vector(root, 1e9, lbl("mountpoint", "/", "device", "/dev/sda1", "fstype", "other"), 2e9)))
	golden(t, "table/join-twice-90x6", picture(p, 90, 6, at3()))
	all := New(&boards.Panel{Kind: boards.KindTable, Queries: []boards.Query{{Expr: "size", Name: "size", Unit: "bytes"}}})
	all.SetResult(0, okResult(vector(root, 100e9, data, 2e12)))
	golden(t, "table/join-plain-60x3", picture(all, 60, 3, at3()))
}

func TestTableSurvivesHostileData(t *testing.T) {
	for _, f := range nastyFrames() {
		spec := joinSpec()
		spec.Table.Columns = append(spec.Table.Columns, boards.Column{Label: nasty()[0], Title: nasty()[7]}, boards.Column{Label: "x"}, boards.Column{Query: "no such", Bar: true})
		torture(t, spec, okResult(f), okResult(f), okResult(f), &poll.Result{State: poll.Failed})
		torture(t, &boards.Panel{Kind: boards.KindTable, Queries: []boards.Query{{Expr: "a"}}}, okResult(f))
	}
	tb := &sources.Table{Total: -4, Columns: []sources.Column{{Name: nasty()[7], Text: true, Key: true}, {Name: "n", Unit: "bytes"}}}
	for i, s := range nasty() {
		tb.Rows = append(tb.Rows, []sources.Value{{Text: s}, {Number: oddValues()[i%11]}})
	}
	tb.Rows = append(tb.Rows, nil, []sources.Value{{Text: "short row"}})
	torture(t, &boards.Panel{Kind: boards.KindTable, List: "t", Table: boards.TableOptions{Sort: "-n", Limit: 5}}, &poll.Result{Table: tb})
	torture(t, &boards.Panel{Kind: boards.KindTable, List: "t", Table: boards.TableOptions{Columns: []boards.Column{{Field: "gone", Bar: true}, {Field: "n", Bar: true, Width: 900}}}}, &poll.Result{Table: tb})
}

func FuzzTableJoin(f *testing.F) {
	f.Add("a", "1", "a", "2", 1.0, 40, true)
	f.Add("", "", "mountpoint", "/", math.Inf(1), 3, false)
	f.Fuzz(func(t *testing.T, n1, v1, n2, v2 string, value float64, width int, columns bool) {
		spec := joinSpec()
		if !columns {
			spec.Table = boards.TableOptions{Sort: n1}
		}
		spec.Table.Columns = append(spec.Table.Columns, boards.Column{Label: n1})
		p := New(spec)
		a, b, both := lbl(n1, v1), lbl(n2, v2), lbl(n1, v1, n2, v2)
		p.SetResult(0, okResult(vector(a, value, b, -value, a, 1.0)))
		p.SetResult(1, okResult(vector(both, value, both, 2.0)))
		p.SetResult(2, okResult(vector(lbl(), value)))
		plain(t, picture(p, min(max(width, 0), 300), 8, at3()))
		tb := p.(*table)
		seen := map[string]bool{}
		for _, r := range tb.data.records {
			if seen[r.key] {
				t.Errorf("two rows have the key %q", r.key)
			}
			seen[r.key] = true
		}
		if shown, total := tb.Filter(v1); shown > total {
			t.Errorf("%d of %d", shown, total)
		}
	})
}

func BenchmarkTable500(b *testing.B) {
	benchmarkPanel(b, New(processSpec()), processes(500, 0), processes(500, 3))
}

// A table of all sources says the source of each row, whatever columns it has.
func TestTableOfAllSources(t *testing.T) {
	columns := func(spec *boards.Panel, r *poll.Result) string {
		p := New(spec).(*table)
		p.SetResult(0, r)
		var out []string
		for _, c := range p.read().columns {
			out = append(out, c.name)
		}
		return strings.Join(out, " ")
	}
	frame := &poll.Result{Frame: &sources.Frame{Kind: sources.Vector, Series: []sources.Series{
		{Labels: sources.NewLabels("job", "x", "source", "prod"), Times: []int64{1}, Values: []float64{1}},
	}}}
	list := &poll.Result{Table: &sources.Table{Columns: []sources.Column{{Name: "source", Text: true}, {Name: "pid"}}}}
	f := func(want, source, list string, r *poll.Result, cols ...boards.Column) {
		t.Helper()
		spec := &boards.Panel{Kind: boards.KindTable, Source: source, List: list, Table: boards.TableOptions{Columns: cols}, Queries: []boards.Query{{Expr: "up", Name: "up"}}}
		if got := columns(spec, r); got != want || len(spec.Table.Columns) != len(cols) {
			t.Errorf("got %q, want %q; the board has %d columns", got, want, len(spec.Table.Columns))
		}
	}
	f("source job up", "all", "", frame, boards.Column{Label: "job"}, boards.Column{Query: "up"})
	f("up source", "all", "", frame, boards.Column{Query: "up"}, boards.Column{Label: "source"})
	f("job up", "prod", "", frame, boards.Column{Label: "job"}, boards.Column{Query: "up"})
	f("source pid", "all", "processes", list, boards.Column{Field: "pid"})
	f("pid", "prod", "processes", list, boards.Column{Field: "pid"})
}

// A list may be cut down to the rows that say something in a field.
func TestTableOfOnly(t *testing.T) {
	list := func(errs ...string) *poll.Result {
		tb := &sources.Table{Columns: []sources.Column{{Name: "job", Text: true, Key: true}, {Name: "error", Text: true}}, Total: len(errs)}
		for i, e := range errs {
			tb.Rows = append(tb.Rows, []sources.Value{{Text: string(rune('a' + i))}, {Text: e}})
		}
		return &poll.Result{State: poll.OK, Table: tb}
	}
	f := func(only string, r *poll.Result, caption string, want ...string) {
		t.Helper()
		p := New(&boards.Panel{Kind: boards.KindTable, List: "targets", Table: boards.TableOptions{Only: only}})
		p.SetResult(0, r)
		got := strings.Fields(picture(p, 40, 5, at3()).String())
		if !slices.Equal(got, want) || p.Caption(at3()) != caption {
			t.Errorf("only %q: got %q with %q, want %q with %q", only, got, p.Caption(at3()), want, caption)
		}
	}
	f("", list("", "refused"), "2", "job", "error", "a", "b", "refused")
	f("error", list("", "refused", "gone"), "2", "job", "error", "b", "refused", "c", "gone")
	f("error", list("", ""), "", "2", "of", "2", "without", "error")
	f("nope", list("", "refused"), "2", "job", "error", "a", "b", "refused") // the list has no such field
}
