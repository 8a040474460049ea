package panels

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"nightjar/sources"
	"nightjar/sources/feed"
)

// message is what is shown of a line, in rows if it is wrapped or opened, else
// in one; cut is what is left out of it.
func (p *logView) message(l *sources.LogLine, w int) []string {
	body := l.Body
	if body == "" {
		body = l.Raw
	}
	text := ansi.Strip(strings.TrimRight(body[:min(len(body), maxShown)], "\r\n"))
	if len(body) > maxShown {
		text += " [" + strconv.Itoa(len(body)-maxShown) + " bytes more]"
	}
	open := p.expanded[feed.At(l)]
	if !open {
		if rest := fieldsText(l, p.columns); rest != "" {
			text += "  " + rest
		}
	}
	first, more, found := strings.Cut(text, "\n")
	if !open && !p.wrap {
		if found {
			first += "  [+" + strconv.Itoa(strings.Count(more, "\n")+1) + " lines]"
		}
		return []string{first}
	}
	var rows []string
	for _, line := range strings.Split(text, "\n") {
		rows = append(rows, Wrap(strings.ReplaceAll(line, "\t", "    "), max(w, 8))...)
	}
	return rows[:min(len(rows), maxExpanded)]
}

// fieldsText is the fields of a line that no column shows, as logfmt has them.
func fieldsText(l *sources.LogLine, columns []string) string {
	var b strings.Builder
	for _, f := range l.Fields {
		shown := false
		for _, c := range columns {
			shown = shown || c == f.Name
		}
		if shown || f.Value == "" || b.Len() > maxShown || strings.Contains(l.Body, f.Value) && strings.Contains(l.Body, f.Name) {
			continue // it is in a column, or in the message itself
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(f.Name)
		b.WriteByte('=')
		if strings.ContainsAny(f.Value, " \"") {
			b.WriteString(strconv.Quote(f.Value))
		} else {
			b.WriteString(f.Value)
		}
	}
	return b.String()
}

// details are the rows below a line that is opened: name and value.
func details(l *sources.LogLine, zone *time.Location) [][2]string {
	var out [][2]string
	if !l.Time.IsZero() {
		out = append(out, [2]string{"time", l.Time.In(zone).Format("2006-01-02 15:04:05.000000 -07:00")})
	}
	if l.Severity != sources.SeverityUnknown {
		out = append(out, [2]string{"severity", l.Severity.String() + " (" + strconv.Itoa(int(l.Severity)) + ")"})
	}
	for _, set := range [...][]sources.Label{l.Labels, l.Fields} {
		for _, f := range set {
			for k, row := range strings.Split(pretty(f.Value), "\n") {
				name := f.Name
				if k > 0 {
					name = ""
				}
				out = append(out, [2]string{name, row})
			}
		}
	}
	return out[:min(len(out), maxExpanded)]
}

// pretty lays out a value that is JSON in rows.
func pretty(v string) string {
	if len(v) < 2 || v[0] != '{' && v[0] != '[' || len(v) > 64<<10 {
		return v
	}
	var b strings.Builder
	var raw json.RawMessage
	if json.Unmarshal([]byte(v), &raw) != nil {
		return v
	}
	out, err := json.MarshalIndent(raw, "", "  ")
	if err != nil {
		return v
	}
	b.Write(out)
	return b.String()
}

// Columns are the fields in columns of their own.
func (p *logView) Columns() []string { return p.columns }

// SetColumns chooses them anew.
func (p *logView) SetColumns(names []string) {
	p.columns = names
	p.changed()
}

// Fields are the names of the fields of the lines that were read, sorted.
func (p *logView) Fields() []string {
	var names []string
	if p.page == nil {
		return nil
	}
	for i := range p.page.Lines {
		for _, set := range [...][]sources.Label{p.page.Lines[i].Labels, p.page.Lines[i].Fields} {
			for _, f := range set {
				if at, known := slices.BinarySearch(names, f.Name); !known {
					names = slices.Insert(names, at, f.Name)
				}
			}
		}
	}
	return names
}
