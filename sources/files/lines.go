package files

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"nightjar/sources"
)

// lines reads the text of what was found. Records of one chunk are read at once.
func (s *Source) lines(ctx context.Context, picks []pick, m *merger) ([]sources.LogLine, error) {
	lines := make([]sources.LogLine, len(picks))
	type chunk struct {
		p *part
		k int
	}
	groups := map[chunk][]int{}
	var order []chunk
	for i, p := range picks {
		if p.gap != "" {
			lines[i] = gapLine(p.gap, -1, p.place.pos(s.merged), p.l.p, p.l.p.gapAt)
			lines[i].Labels = p.c.labels
			continue
		}
		g := chunk{p.l.p, p.k}
		if groups[g] == nil {
			order = append(order, g)
		}
		groups[g] = append(groups[g], i)
	}
	for _, g := range order {
		if err := s.readChunk(ctx, picks, groups[g], lines, m); err != nil {
			return nil, err
		}
	}
	return joinGaps(lines), nil
}

// gapLine is a record that stands for lines that are not there.
func gapLine(why string, lost int, pos sources.LogPos, p *part, at int64) sources.LogLine {
	l := sources.LogLine{Pos: pos, Lost: lost, Body: why, Raw: why}
	if at != noTime {
		l.Time = time.UnixMilli(at).In(p.shared.zone())
	}
	return l
}

// readChunk reads the records of one chunk, which are picks[i] for i of group.
func (s *Source) readChunk(ctx context.Context, picks []pick, group []int, lines []sources.LogLine, m *merger) error {
	from, to := int64(1)<<62, int64(0)
	for _, i := range group {
		p := picks[i]
		from, to = min(from, p.place.off), max(to, min(p.end, p.place.off+maxRecord))
	}
	held := texts.Get().(*[]byte)
	defer texts.Put(held)
	buf := aligned(*held, from)[:to-from]
	p := picks[group[0]].l.p
	_, err := p.readText(ctx, buf, from)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		m.cursors[0].w.note(err.Error())
	}
	for _, i := range group {
		k := picks[i]
		begin, end := k.place.off-from, min(k.end, k.place.off+maxRecord)-from
		pos := k.place.pos(s.merged)
		if err != nil {
			lines[i] = gapLine(err.Error(), 1, pos, p, k.b.time(k.b.entries[k.i]))
			lines[i].Labels = k.c.labels
			continue
		}
		text := cut(buf[begin:end], k.end-k.place.off-(end-begin))
		if m.bare {
			lines[i].Raw, lines[i].Time = strings.TrimSuffix(text, "\r"), p.timeOf(k.b, k.i)
		} else {
			p.read(k.b, k.i, text, &lines[i])
		}
		lines[i].Pos, lines[i].Labels = pos, k.c.labels
	}
	return nil
}

// cut is a record without its last line end, with a count of the bytes that follow it and are left out.
func cut(record []byte, more int64) string {
	record = bytes.TrimSuffix(record, []byte{'\n'})
	if more <= 0 {
		return string(record)
	}
	n := len(record)
	for i := 0; i < utf8.UTFMax && n > 0 && !utf8.Valid(record[n-1:n]); i++ {
		n-- // of a rune that was cut
	}
	return fmt.Sprintf("%s ... (cut: %d bytes more)", record[:n], more+int64(len(record)-n))
}

// joinGaps makes one gap of those that follow each other for the same reason.
func joinGaps(lines []sources.LogLine) []sources.LogLine {
	out := lines[:0]
	for _, l := range lines {
		if n := len(out); n > 0 && l.Lost > 0 && out[n-1].Lost > 0 && out[n-1].Body == l.Body {
			out[n-1].Lost += l.Lost
			continue
		}
		out = append(out, l)
	}
	return out
}
