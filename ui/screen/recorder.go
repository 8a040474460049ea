package screen

import "nightjar/themes"

// A Recorder turns frames, one after another, into what a terminal would be
// sent for them: the first whole, then differences. It is for measuring and for
// recording; a live screen is a Terminal's.
type Recorder struct {
	enc   encoder
	front *Grid
	known bool
}

// NewRecorder makes a Recorder with a palette.
func NewRecorder(p *themes.Palette) *Recorder {
	r := &Recorder{enc: encoder{pal: p}, front: NewGrid(0, 0)}
	r.enc.unknown()
	return r
}

// Next is what g costs after the frame before. The bytes are good until the next call.
func (r *Recorder) Next(g *Grid) []byte {
	r.enc.buf = r.enc.buf[:0]
	if !r.known || r.front.w != g.w || r.front.h != g.h {
		r.enc.unknown()
		r.enc.diff(nil, g)
	} else {
		r.enc.diff(r.front, g)
	}
	r.front.CopyFrom(g)
	r.known = true
	return r.enc.buf
}
