package sources

import (
	"math"
	"slices"
	"strings"
)

// A Frame is an immutable, columnar answer. Readers share it; nobody changes it.
type Frame struct {
	Source string
	// Kind is the shape of the answer.
	Kind FrameKind
	// Start, End and Step are the steps asked for, Unix milliseconds; zero for instant answers.
	Start, End, Step int64
	Series           []Series
	// Text is the answer of a query that gives a string.
	Text string
	// Warnings and Infos are the source's own remarks on the answer.
	Warnings, Infos []string
	// Incomplete says that a part of what was asked failed, as Warnings tell: series
	// may be missing that are there.
	Incomplete bool
	// Cut is the number of series that a limit left out; it is shown wherever the frame is.
	Cut int
	// Bytes is what the answer cost on the wire; 0 in-process.
	Bytes int
}

// FrameKind is the shape of an answer, in Prometheus's terms.
type FrameKind uint8

// The shapes of answers.
const (
	Matrix FrameKind = iota
	Vector
	Scalar
	String
)

// String is the name that Prometheus's API uses.
func (k FrameKind) String() string {
	return [...]string{"matrix", "vector", "scalar", "string"}[k]
}

// A Series is one labelled line: Times are Unix milliseconds, ascending, and
// Values are as many. In the frame of a range query Times are the frame's steps
// and are shared by all its series. A Gap value means no sample; any other NaN
// is a sample that is not a number. Charts leave both out.
type Series struct {
	Labels Labels
	Times  []int64
	Values []float64
	// Histograms are the samples of a native histogram, nil where there is none.
	// It is nil for a series of numbers, else as long as Times; where there is a
	// histogram the value is a Gap.
	Histograms []*Histogram
}

// gapBits is a quiet NaN with a payload of ours. It is not Prometheus's stale marker, which never leaves the engine.
const gapBits = 0x7ff8_0000_0000_6a7a

// Gap is the value of a step that has no sample.
func Gap() float64 { return math.Float64frombits(gapBits) }

// IsGap reports whether v is Gap, not merely NaN.
func IsGap(v float64) bool { return math.Float64bits(v) == gapBits }

// Last is the newest sample that is not a gap.
func (s *Series) Last() (t int64, v float64, ok bool) {
	for i := len(s.Values) - 1; i >= 0; i-- {
		if !IsGap(s.Values[i]) {
			return s.Times[i], s.Values[i], true
		}
	}
	return 0, math.NaN(), false
}

// At is the newest sample at or before t and not before t-lookback (ms).
func (s *Series) At(t, lookback int64) (at int64, v float64, ok bool) {
	i, found := slices.BinarySearch(s.Times, t)
	if !found {
		i--
	}
	for ; i >= 0 && s.Times[i] >= t-lookback; i-- {
		if !IsGap(s.Values[i]) {
			return s.Times[i], s.Values[i], true
		}
	}
	return 0, math.NaN(), false
}

// A Label is a name and its value.
type Label struct {
	Name, Value string
}

// Labels are sorted by name, each name once. The metric name is __name__.
type Labels []Label

// NewLabels makes Labels of pairs name, value, name, value, ...
func NewLabels(pairs ...string) Labels {
	l := make(Labels, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		l = append(l, Label{pairs[i], pairs[i+1]})
	}
	slices.SortFunc(l, func(a, b Label) int { return strings.Compare(a.Name, b.Name) })
	return l
}

// Value is the value of a label, empty if it is not there.
func (l Labels) Value(name string) string {
	for _, x := range l {
		if x.Name == name {
			return x.Value
		}
	}
	return ""
}

// Name is the metric name.
func (l Labels) Name() string { return l.Value("__name__") }

// Equal reports whether both have the same names and values.
func (l Labels) Equal(o Labels) bool { return slices.Equal(l, o) }

// Compare orders labels as Prometheus does: by name, value, name, value ...
func (l Labels) Compare(o Labels) int {
	return slices.CompareFunc(l, o, func(a, b Label) int {
		if c := strings.Compare(a.Name, b.Name); c != 0 {
			return c
		}
		return strings.Compare(a.Value, b.Value)
	})
}

// Key is a string that is equal for equal labels only. It is not for showing.
func (l Labels) Key() string {
	var b strings.Builder
	for _, x := range l {
		b.WriteString(x.Name)
		b.WriteByte(0xff)
		b.WriteString(x.Value)
		b.WriteByte(0xff)
	}
	return b.String()
}

// String is the Prometheus notation: name{label="value", ...}.
func (l Labels) String() string {
	var b strings.Builder
	b.WriteString(l.Name())
	sep := "{"
	for _, x := range l {
		if x.Name == "__name__" {
			continue
		}
		b.WriteString(sep)
		sep = ", "
		b.WriteString(x.Name)
		b.WriteString("=")
		b.WriteString(quote(x.Value))
	}
	if sep != "{" {
		b.WriteString("}")
	} else if b.Len() == 0 {
		b.WriteString("{}")
	}
	return b.String()
}
