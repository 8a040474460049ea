package logs

// laneBytes is how much of a block one lane takes at a time, but for whole lines.
const laneBytes = 1 << 11

// scan runs over lines that are each a text, as run does, but in two places at
// once: a step waits for the load of the step before it, and one lane's wait is the other's work.
//
//	lines   |head|aaaaaaaaaaaaaaa|bbbbbbbbbbbbbbb|aaaaaaaaaaaaaaa|bbb...
//	              lane a ->       lane b ->
func (d *dfa) scan(lines []byte) (at int, ok bool) {
	if len(lines) == 0 {
		return -1, true
	}
	// Where every other line matches a second lane is for nothing.
	head := lineEnd(lines, min(laneBytes/2, len(lines)-1))
	if at, ok = d.run(lines[:head], &d.line); at >= 0 || !ok {
		return at, ok
	}
	for from := head; from < len(lines); {
		mid := lineEnd(lines, min(from+laneBytes, len(lines)-1))
		end := mid
		if mid < len(lines) {
			end = lineEnd(lines, min(mid+laneBytes, len(lines)-1))
		}
		if at, ok = d.pair(lines[from:mid], lines[mid:end]); at >= 0 || !ok {
			return from + at, ok
		}
		from = end
	}
	return -1, true
}

// pair is run over a and then b.
func (d *dfa) pair(a, b []byte) (at int, ok bool) {
	columns, start := &d.line, d.begin()
	i, j, row, other := 0, 0, start, start
	for (row|other)&isMark == 0 {
		rows, from := d.rows, i+j
		for i < len(a) && j < len(b) {
			next, beside := rows[int(row)+int(columns[a[i]])], rows[int(other)+int(columns[b[j]])]
			if (next|beside)&isMark != 0 {
				break
			}
			row, other = next, beside
			i++
			j++
		}
		d.spent += i + j - from
		if i >= len(a) || j >= len(b) {
			break
		}
		// A lane whose rows were emptied by the other begins anew.
		emptied := d.emptied
		if rows[int(row)+int(columns[a[i]])]&isMark != 0 {
			if row, i, ok = d.stop(a, columns, i, row); !ok {
				return 0, false
			}
			if d.emptied != emptied {
				other, j = d.begin(), 0
			}
			continue
		}
		if other, j, ok = d.stop(b, columns, j, other); !ok {
			return 0, false
		}
		if d.emptied != emptied {
			row, i = d.begin(), 0
		}
	}
	emptied := d.emptied
	if at, ok = d.resume(a, columns, i, row); at >= 0 || !ok || len(b) == 0 {
		return at, ok
	}
	if d.emptied != emptied {
		other, j = d.begin(), 0
	}
	at, ok = d.resume(b, columns, j, other)
	if at >= 0 {
		at += len(a)
	}
	return at, ok
}
