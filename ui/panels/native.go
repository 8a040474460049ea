package panels

import (
	"strconv"

	"nightjar/sources"
	"nightjar/sources/poll"
	"nightjar/themes"
	"nightjar/ui/screen"
)

// nativeHints say what to do with a native histogram, the longest that fits: a
// kind of panel, or functions that make numbers of it.
func nativeHints() []string {
	return []string{
		"It is a native histogram, which is no number: histogram_quantile(0.95, ...), histogram_count(...), " +
			"histogram_sum(...) and histogram_avg(...) make numbers of it; a panel of kind heatmap draws it whole.",
		"A native histogram: draw it as a heatmap, or ask for histogram_quantile(0.95, ...) of it",
		"A native histogram: use a heatmap",
	}
}

// numbersOf is r without the series that are native histograms, and how many
// those were. A result without any is returned as it is.
func numbersOf(r *poll.Result) (*poll.Result, int) {
	if r == nil || r.Frame == nil {
		return r, 0
	}
	n := 0
	for i := range r.Frame.Series {
		if nativeOnly(&r.Frame.Series[i]) {
			n++
		}
	}
	if n == 0 {
		return r, 0
	}
	f, out := *r.Frame, *r
	f.Series = make([]sources.Series, 0, len(f.Series)-n)
	for i := range r.Frame.Series {
		if s := &r.Frame.Series[i]; !nativeOnly(s) {
			f.Series = append(f.Series, *s)
		}
	}
	out.Frame = &f
	return &out, n
}

// nativeOnly reports whether a series has native histograms and no number.
func nativeOnly(s *sources.Series) bool {
	if s.Histograms == nil {
		return false
	}
	for _, v := range s.Values {
		if !sources.IsGap(v) {
			return false
		}
	}
	return true
}

// natives is how many series of the newest results are native histograms.
func (b *base) natives() int {
	n := 0
	for _, k := range b.native {
		n += k
	}
	return n
}

// sayNative draws what a native histogram needs, where there is nothing else,
// and reports whether it did.
func (b *base) sayNative(r screen.Region, c Context) bool {
	n := b.natives()
	if n == 0 {
		return false
	}
	for _, res := range b.results {
		if res != nil && res.Frame != nil && (len(res.Frame.Series) > 0 || res.Frame.Text != "") {
			return false
		}
	}
	w, h := r.Size()
	var text []string
	for _, hint := range nativeHints() {
		if text = wrap(plainText(hint, c.ASCII), w-1); len(text) <= h {
			break
		}
	}
	for y, line := range text {
		r.Text(1, y, line, screen.On(themes.Muted))
	}
	return true
}

// withNatives is a caption that counts the native histograms left out. It is
// short, for one that does not fit is left out as a whole.
func (b *base) withNatives(caption string) string {
	n := b.natives()
	if n == 0 {
		return caption
	}
	return addNote(caption, strconv.Itoa(n)+" native not drawn")
}
