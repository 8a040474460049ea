package logs

import (
	"bytes"

	"nightjar/sources"
)

// maxLine bounds a line of a stream in bytes: what is longer goes on in the next line.
const maxLine = 1 << 20

// A RingWriter splits what is written to it into lines of a ring, such as the
// output of a program. It is not safe for concurrent use.
type RingWriter struct {
	ring   *Ring
	labels sources.Labels
	rest   []byte // of a line that has no end yet
	lines  []RingLine
	broke  bool // rest goes on with a line that was too long
}

// Writer is a writer of lines with labels.
func (r *Ring) Writer(labels sources.Labels) *RingWriter {
	return &RingWriter{ring: r, labels: labels}
}

// Write takes the next bytes of the stream; it never fails.
func (w *RingWriter) Write(p []byte) (int, error) {
	n := len(p)
	w.lines = w.lines[:0]
	if len(w.rest) > 0 {
		end := bytes.IndexByte(p, '\n')
		if end < 0 {
			end = len(p)
		}
		w.rest = append(w.rest, p[:end]...)
		if p = p[end:]; len(p) > 0 {
			w.add(w.rest)
			w.rest, p = w.rest[:0], p[1:]
		}
		// What add was given is read before rest is written again.
		w.flush()
	}
	for len(p) > 0 {
		end := bytes.IndexByte(p, '\n')
		if end < 0 {
			w.rest = append(w.rest, p...)
			break
		}
		w.add(p[:end])
		p = p[end+1:]
	}
	w.flush()
	for len(w.rest) > maxLine {
		w.broken(w.rest[:maxLine])
		w.flush()
		w.rest = append(w.rest[:0], w.rest[maxLine:]...)
	}
	return n, nil
}

// Flush ends a line that has no end.
func (w *RingWriter) Flush() {
	if len(w.rest) > 0 {
		w.add(w.rest)
		w.flush()
	}
	w.rest, w.broke = nil, false
}

func (w *RingWriter) add(line []byte) {
	for len(line) > maxLine {
		w.broken(line[:maxLine])
		line = line[maxLine:]
	}
	w.lines = append(w.lines, RingLine{Text: line, Labels: w.labels})
	w.broke = false
}

// broken adds a piece of a line that is too long.
func (w *RingWriter) broken(piece []byte) {
	if !w.broke {
		w.broke = true
		w.ring.Broke()
	}
	w.lines = append(w.lines, RingLine{Text: piece, Labels: w.labels})
}

func (w *RingWriter) flush() {
	w.ring.Append(w.lines...)
	clear(w.lines)
	w.lines = w.lines[:0]
}
