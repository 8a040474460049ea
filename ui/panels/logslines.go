package panels

import (
	"strconv"
	"strings"
	"time"

	"nightjar/sources"
	"nightjar/sources/feed"
	"nightjar/themes"
	"nightjar/ui/screen"
	"nightjar/ui/units"
)

const (
	// maxShown bounds the bytes of a line that are drawn; more is said in the line.
	maxShown = 4096
	// maxExpanded bounds the rows of a line that is opened.
	maxExpanded = 200
)

// A logColumns is the width of what stands before messages, in cells.
type logColumns struct {
	time, source int
	fields       []int
	message      int // where the message begins
}

// severityLook is the letter of a severity and how it is drawn. On a calm
// screen only what is wrong has a colour.
func severityLook(s sources.Severity) (letter rune, style screen.Style) {
	switch s.Class() {
	case 1:
		return 'T', screen.On(themes.Faint)
	case 2:
		return 'D', screen.On(themes.Faint)
	case 3:
		return 'I', screen.On(themes.Muted)
	case 4:
		return 'W', screen.On(themes.Warning)
	case 5:
		return 'E', screen.On(themes.Critical)
	case 6:
		return 'F', screen.On(themes.Critical).With(themes.Bold)
	}
	return ' ', screen.On(themes.Muted)
}

// drawList draws the lines around the reader's, which keeps its row.
func (p *logView) drawList(r screen.Region, c Context) {
	w, h := r.Size()
	if h <= 0 || w <= 0 {
		return
	}
	if p.page == nil || len(p.page.Lines) == 0 {
		p.drawNothing(r, c)
		return
	}
	cols := p.fit(w, c)
	at := p.index()
	lines := p.page.Lines
	top := 0 // row of the first line drawn
	first := at
	if p.following() {
		p.row = h
		first, top = at+1, h
	}
	if !p.following() {
		spare := h - p.rows(at, cols, w, c) // negative: of a long line a part is seen
		p.row = max(min(spare, 0), min(p.row, max(spare, 0)), h-p.below(at, h, cols, w, c))
		top = p.row
	}
	for first > 0 && top > 0 {
		first--
		top -= p.rows(first, cols, w, c)
	}
	if first == 0 && top > 0 && (p.page.First || p.following()) { // no blank rows above the first line
		p.row, top = p.row-top, 0
	}
	y := top
	for i := first; i < len(lines) && y < h; i++ {
		n := p.drawLine(r, y, i, cols, c)
		if i == at && !p.following() {
			p.row = y
			if c.Focused {
				r.Sub(0, y, w, n).Restyle(func(s screen.Style) screen.Style {
					if s.Background() != themes.Default {
						return s // a hit is seen in the selection as well
					}
					return s.Over(themes.Selection)
				})
			}
		}
		y += n
	}
	if y < h && !p.page.Last && !p.following() {
		r.Text(cols.message, y, plainText("reading on…", c.ASCII), screen.On(themes.Muted))
	}
}

// below is how many rows line at and those after it take, no more of them than fill
// h; where more are still to be read it is at least h.
func (p *logView) below(at, h int, cols logColumns, w int, c Context) int {
	n := 0
	for i := at; i < len(p.page.Lines) && n < h; i++ {
		n += p.rows(i, cols, w, c)
	}
	if !p.page.Last {
		return max(n, h)
	}
	return n
}

// drawNothing says why there are no lines.
func (p *logView) drawNothing(r screen.Region, c Context) {
	w, h := r.Size()
	text, style := "reading…", screen.On(themes.Muted)
	switch {
	case p.nowhere:
		text = "no source has logs: nightjar FILE opens one; that of this machine takes root, or a member of adm or systemd-journal"
	case p.page == nil || !p.page.Ready:
	case len(p.terms) > 0 && !p.bare:
		text = "no line passes the filters; backspace takes the last one away"
	default:
		text = "no lines"
	}
	y := 0
	if p.page != nil {
		for _, s := range p.page.Parts {
			if s.Err == nil {
				continue
			}
			for _, line := range Wrap(plainText("!! "+sources.Redact(s.Err.Error()), c.ASCII), w-1) {
				if y < h {
					r.Text(1, y, line, screen.On(themes.Critical))
					y++
				}
			}
		}
	}
	if y > 0 {
		return
	}
	for _, line := range Wrap(plainText(text, c.ASCII), w-1) {
		r.Text(1, y, line, style)
		y++
	}
}

// fit makes the columns for the lines of the page.
func (p *logView) fit(w int, c Context) logColumns {
	cols := logColumns{time: 8, fields: make([]int, len(p.columns))}
	many := len(p.page.Parts) > 1
	timed, fine := false, false
	for i := range p.page.Lines {
		l := &p.page.Lines[i]
		timed = timed || !l.Time.IsZero()
		fine = fine || l.Time.Nanosecond() >= int(time.Millisecond)
		if many {
			cols.source = max(cols.source, min(screen.Width(l.Source), 16))
		}
		for j, name := range p.columns {
			v, _ := l.Field(name)
			cols.fields[j] = max(cols.fields[j], min(screen.Width(v), 24), min(len(name), 24))
		}
	}
	switch {
	case !timed:
		cols.time = 0
	case fine && w >= 100 && p.times == timeAbsolute:
		cols.time = 12
	}
	if p.times == timeAbsolute && p.otherDays(c) {
		cols.time += 6
	}
	x := 0
	if cols.time > 0 {
		x = cols.time + 1
	}
	x += 2 // severity
	if cols.source > 0 {
		x += cols.source + 1
	}
	for _, n := range cols.fields {
		if n > 0 {
			x += n + 1
		}
	}
	cols.message = min(x, max(w-8, 0))
	return cols
}

// otherDays reports whether some line is not of today, so that its day must be said.
func (p *logView) otherDays(c Context) bool {
	today := c.Now.In(c.zone()).Format(time.DateOnly)
	for _, i := range [...]int{0, len(p.page.Lines) - 1} {
		if t := p.page.Lines[i].Time; !t.IsZero() && t.In(c.zone()).Format(time.DateOnly) != today {
			return true
		}
	}
	return false
}

// timeText is the time in front of line i.
func (p *logView) timeText(i int, cols logColumns, c Context) string {
	t := p.page.Lines[i].Time
	switch {
	case t.IsZero():
		return ""
	case p.times == timeRelative:
		return "-" + units.Age(c.Now.Sub(t))
	case p.times == timeDelta:
		if i == 0 || p.page.Lines[i-1].Time.IsZero() {
			return "+0s"
		}
		return "+" + units.Duration(t.Sub(p.page.Lines[i-1].Time))
	}
	layout := "15:04:05"
	if cols.time == 12 || cols.time == 18 {
		layout = "15:04:05.000"
	}
	if cols.time >= 14 {
		layout = "01-02 " + layout
	}
	return t.In(c.zone()).Format(layout)
}

// rows is how many rows line i takes.
func (p *logView) rows(i int, cols logColumns, w int, c Context) int {
	l := &p.page.Lines[i]
	if l.Lost != 0 {
		return 1
	}
	open := p.expanded[feed.At(l)]
	if !p.wrap && !open {
		return 1
	}
	n := len(p.message(l, w-cols.message))
	if open {
		n += len(details(l, c.zone()))
	}
	return max(n, 1)
}

// drawLine draws line i from row y on, which may be above the region, and
// returns the rows it takes.
func (p *logView) drawLine(r screen.Region, y, i int, cols logColumns, c Context) int {
	w, _ := r.Size()
	l := &p.page.Lines[i]
	if l.Lost != 0 {
		p.drawGap(r, y, i, cols, c)
		return 1
	}
	x := 0
	if cols.time > 0 {
		r.Right(0, y, cols.time, p.timeText(i, cols, c), screen.On(themes.Muted))
		x = cols.time + 1
	}
	if p.isMarked(feed.At(l)) {
		r.Put(max(x-1, 0), y, '>', screen.On(themes.Accent))
	}
	letter, look := severityLook(l.Severity)
	r.Put(x, y, letter, look)
	x += 2
	if cols.source > 0 {
		fitName(r, x, y, cols.source, l.Source, screen.On(themes.Series(sourceIndex(p.page, l.Source))), c.ASCII)
		x += cols.source + 1
	}
	for j, n := range cols.fields {
		if n > 0 {
			v, _ := l.Field(p.columns[j])
			fitName(r, x, y, n, v, screen.On(themes.Text), c.ASCII)
			x += n + 1
		}
	}
	style := screen.On(themes.Text)
	switch {
	case l.Severity.Class() >= 5:
		style = screen.On(themes.Strong)
	case l.Severity.Class() == 1 || l.Severity.Class() == 2:
		style = screen.On(themes.Muted)
	}
	rows := p.message(l, w-cols.message)
	field := r.Sub(cols.message, 0, w-cols.message, 1<<16)
	for k, text := range rows {
		p.drawText(field, y+k, text, style, c)
	}
	n := max(len(rows), 1)
	if p.expanded[feed.At(l)] {
		for _, d := range details(l, c.zone()) {
			fitName(field, 0, y+n, 16, d[0], screen.On(themes.Muted), c.ASCII)
			field.Text(17, y+n, plainText(d[1], c.ASCII), screen.On(themes.Text))
			n++
		}
	}
	return n
}

// drawText draws a row of a message, scrolled, with its hits marked.
func (p *logView) drawText(r screen.Region, y int, text string, style screen.Style, c Context) {
	if strings.IndexByte(text, '\t') >= 0 {
		text = strings.ReplaceAll(text, "\t", "    ")
	}
	text = plainText(text, c.ASCII)
	left := 0
	if !p.wrap {
		left = p.left
	}
	w, _ := r.Size()
	r.Text(-left, y, text, style)
	if left == 0 && screen.Width(text) > w && w > 1 {
		more := '…'
		if c.ASCII {
			more = '~'
		}
		r.Put(w-1, y, more, screen.On(themes.Muted))
	}
	if p.hits == nil {
		return
	}
	for _, s := range p.hits.Spans(text) {
		from := screen.Width(text[:s[0]]) - left
		to := from + screen.Width(text[s[0]:s[1]])
		r.Sub(max(from, 0), y, to-max(from, 0), 1).Restyle(func(screen.Style) screen.Style {
			return screen.On(themes.Hit).Over(themes.HitBack)
		})
	}
}

// drawGap draws what is missing.
func (p *logView) drawGap(r screen.Region, y, i int, cols logColumns, c Context) {
	w, _ := r.Size()
	l := &p.page.Lines[i]
	text := strconv.Itoa(l.Lost) + " lines missing"
	if l.Lost < 0 {
		text = "lines may be missing"
	}
	if l.Source != "" && len(p.page.Parts) > 1 {
		text = l.Source + ": " + text
	}
	if l.Body != "" {
		text += ": " + sources.Redact(l.Body)
	}
	dash := '─'
	if c.ASCII {
		dash = '-'
	}
	if cols.time > 0 {
		r.Right(0, y, cols.time, p.timeText(i, cols, c), screen.On(themes.Muted))
	}
	style := screen.On(themes.Warning)
	r.HLine(cols.time+1, y, w-cols.time-1, dash, style)
	fitName(r, cols.time+3, y, min(screen.Width(text)+2, w-cols.time-4), " "+text+" ", style, c.ASCII)
}

// sourceIndex is the place of a source among the page's, for its colour.
func sourceIndex(page *feed.Page, name string) int {
	for i, s := range page.Parts {
		if s.Source == name {
			return i
		}
	}
	return 0
}
