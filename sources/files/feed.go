package files

import "bytes"

// feed takes the bytes that follow what was read. p.mu is held.
func (p *part) feed(buf []byte, arrival int64) {
	for len(buf) > 0 {
		i := bytes.IndexByte(buf, '\n')
		if i < 0 {
			p.early = p.early && p.lineAt != p.scanned // not that of a line that only begins
			p.carry(buf)
			p.scanned += int64(len(buf))
			return
		}
		line := buf[:i]
		if len(p.head) > 0 {
			p.carry(line)
			line = p.head
		}
		if p.lineAt >= 0 {
			p.line(p.lineAt, line, arrival)
		}
		p.head, p.early = p.head[:0], false
		p.scanned += int64(i) + 1
		p.lineAt = p.scanned
		buf = buf[i+1:]
	}
}

// carry keeps the head of the line that has no end yet.
func (p *part) carry(b []byte) {
	if room := headSize - len(p.head); room > 0 {
		p.head = append(p.head, b[:min(room, len(b))]...)
	}
}

// line indexes a complete line.
func (p *part) line(at int64, line []byte, arrival int64) {
	p.turn(at)
	if p.timed {
		arrival = noTime
	}
	p.w.add(at, trimCR(line), arrival)
	p.timed = p.timed || p.w.b.timed > 0
}

// turn ends the last chunk if a line that begins at an offset is not in it.
func (p *part) turn(at int64) {
	for at-p.w.b.start >= chunkSize {
		b := p.w.block()
		p.blocks = append(p.blocks, b)
		if p.multi {
			p.bounds = append(p.bounds, p.bound)
			p.bound = bound{floor: b.top(p.bound.floor), ceil: noCeil}
		}
		next := newBuilder(p.reader, b.start+chunkSize, p.shared.clock().UnixNano())
		next.last = p.w.last
		p.w = next
	}
}

// publish makes what was fed the state that is looked at. p.mu is held.
func (p *part) publish() {
	open := p.lineAt >= 0 && p.lineAt < p.scanned
	if open && p.early {
		p.turn(p.lineAt)
	}
	b := p.w.b
	b.entries = b.entries[:len(b.entries):len(b.entries)]
	l := look{p: p, end: p.scanned, last: len(p.blocks), bound: p.bound}
	switch {
	case open && p.early:
		w := *p.w
		w.b = b // its entries are copied when one is added
		w.add(p.lineAt, trimCR(p.head), noTime)
		b = w.b
	case open:
		l.end = p.lineAt
	}
	l.tail = &b
	p.now = l
}

func trimCR(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		return line[:n-1]
	}
	return line
}
