package panels

import (
	"strings"
	"time"

	"nightjar/sources"
	"nightjar/sources/poll"
	"nightjar/themes"
	"nightjar/ui/screen"
	"nightjar/ui/units"
)

// DrawFrame draws a panel's title line and returns the body below it:
//
//	─ CPU by mode ──────────────────────────────── 23.4 % ─ 2s ─
//
// The title is in a thin rule, the caption and the state of the data on its
// right. The focused panel has a heavy rule, so that focus is not told by colour
// alone. Where room is short the age goes first, then the note is shortened, then
// the caption goes, then the title is cut; a bad state is never left out before them.
func DrawFrame(r screen.Region, title, caption string, st FrameState, c Context) screen.Region {
	w, h := r.Size()
	line := ruleOf(c)
	r.HLine(0, 0, w, line.ch, line.style)
	room := w - 4 // a rule and a blank on either side
	if c.ASCII {
		title, caption = asciiOnly(title), asciiOnly(caption)
	}
	t, right := chooseTitle(screen.Width(title), caption, st, room, c.ASCII)
	if t > 0 {
		r.Put(1, 0, ' ', line.style)
		fitName(r, 2, 0, t, title, line.title, c.ASCII)
		r.Put(2+t, 0, ' ', line.style)
	}
	x := w - 1
	for i := len(right) - 1; i >= 0; i-- {
		if right[i].text == "" {
			continue
		}
		n := screen.Width(right[i].text)
		x -= n + 2
		r.Put(x, 0, ' ', line.style)
		r.Text(x+1, 0, right[i].text, screen.On(right[i].token))
		r.Put(x+n+1, 0, ' ', line.style)
		x--
	}
	return r.Sub(0, 1, w, h-1)
}

// A rule is how the title line is drawn.
type rule struct {
	ch           rune
	style, title screen.Style
}

func ruleOf(c Context) rule {
	l := rule{'─', screen.On(themes.Rule), screen.On(themes.Title)}
	if c.Focused {
		l = rule{'━', screen.On(themes.Focus), screen.On(themes.Focus)}
	}
	switch {
	case c.ASCII && c.Focused:
		l.ch = '='
	case c.ASCII:
		l.ch = '-'
	}
	return l
}

// A tag is one text on the right of a title line.
type tag struct {
	text  string
	token themes.Token
}

// chooseTitle decides what fits in room columns: the title's width and the tags.
func chooseTitle(title int, caption string, st FrameState, room int, ascii bool) (int, [3]tag) {
	note, short := plainNote(st.Note, ascii), plainNote(st.Short, ascii)
	tags := func(caption, note, age string) [3]tag {
		return [3]tag{{caption, themes.Text}, {note, st.token()}, {age, themes.Muted}}
	}
	brief := "" // what must stay to the last
	if st.bad() {
		brief = short
	}
	tries := [...][3]tag{
		tags(caption, note, st.Age), tags(caption, note, ""), tags(caption, short, ""), tags(caption, brief, ""), tags("", brief, ""),
	}
	for _, right := range tries {
		if n := room - widthOf(right); n >= title {
			return title, right
		}
	}
	for _, right := range tries[3:] {
		if n := room - widthOf(right); n >= 10 {
			return n, right
		}
	}
	if brief != "" {
		word, _, _ := strings.Cut(brief, " ")
		for _, s := range [...]string{brief, word, "!"} {
			if n := room - widthOf(tags("", s, "")); n >= 4 || s == "!" && n >= 0 {
				return n, tags("", s, "")
			}
		}
	}
	return max(0, min(room, title)), [3]tag{}
}

// widthOf is the room that tags take, each with a blank on either side and a rule before it.
func widthOf(tags [3]tag) int {
	n := 0
	for _, t := range tags {
		if t.text != "" {
			n += screen.Width(t.text) + 3
		}
	}
	return n
}

func plainNote(s string, ascii bool) string {
	if ascii && s == "loading…" {
		return "loading"
	}
	return plainText(s, ascii)
}

// DrawState draws why there is no picture, if there is none, into the body of a
// panel and reports whether it did: loading, an error (what, since when, next
// try, what to do), or nothing found and why.
func DrawState(r screen.Region, got []*poll.Result, c Context) bool {
	n := tally(got, c.Now, 0)
	if len(got) == 0 || n.data > 0 {
		return false
	}
	w, _ := r.Size()
	switch {
	case n.failed > 0 && unsupported(n.worst):
		text := sources.Redact(strings.Join(strings.Fields(n.worst.Err.Error()), " ")) + ". " + remedy(sources.KindUnsupported)
		for y, line := range Wrap(plainText(text, c.ASCII), w-1) {
			r.Text(1, y, line, screen.On(themes.Muted))
		}
	case n.failed > 0:
		drawError(r, n.worst, c)
	case n.empty > 0 && n.loading > 0:
		return false // some answers are not here yet
	case n.empty > 0 && c.Young:
		r.Text(1, 0, plainNote("collecting the first samples", c.ASCII), screen.On(themes.Muted))
	case n.empty > 0:
		for y, line := range Wrap(plainText(reason(got), c.ASCII), w-1) {
			r.Text(1, y, line, screen.On(themes.Muted))
		}
	default:
		r.Text(1, 0, plainNote("loading…", c.ASCII), screen.On(themes.Muted))
	}
	return true
}

// drawError draws what failed, since when and when it is tried again, and what to do.
func drawError(r screen.Region, res *poll.Result, c Context) {
	w, h := r.Size()
	if res == nil {
		r.Text(1, 0, "error: the source gave no reason", screen.On(themes.Critical))
		return
	}
	what := plainText("!! "+sources.Redact(strings.Join(strings.Fields(res.Err.Error()), " ")), c.ASCII)
	lines := Wrap(what, w-1)
	// The last two rows are for since when and what to do.
	y := 0
	for i, line := range lines {
		if i > 0 && i >= h-2 {
			break
		}
		if i+1 < len(lines) && i+1 >= max(1, h-2) {
			fitName(r, 1, y, w-1, line+" "+lines[i+1], screen.On(themes.Critical), c.ASCII)
		} else {
			r.Text(1, y, line, screen.On(themes.Critical))
		}
		y++
	}
	r.Text(1, y, sinceWhen(res, c), screen.On(themes.Text))
	for i, line := range Wrap(remedy(sources.KindOf(res.Err)), w-1) {
		r.Text(1, y+1+i, line, screen.On(themes.Muted))
	}
}

func sinceWhen(res *poll.Result, c Context) string {
	s := "fails"
	if !res.ErrSince.IsZero() {
		s = "since " + clockTime(res.ErrSince, c) + " (" + units.Age(c.Now.Sub(res.ErrSince)) + ")"
	}
	return s + nextTry(res, c.Now)
}

// clockTime is a time of day in the context's zone, with the date unless it is today's.
func clockTime(t time.Time, c Context) string {
	zone := c.Zone
	if zone == nil {
		zone = time.UTC
	}
	t = t.In(zone)
	now := c.Now.In(zone)
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format("15:04:05")
	}
	return t.Format("2006-01-02 15:04:05")
}
