package prometheus

import (
	"fmt"
	"io"
	"slices"
	"strconv"

	"nightjar/sources"
)

// limits bound what an answer may become.
type limits struct {
	series int // most series kept
	values int // most steps of all series of a range answer
}

// An apiError is what the server itself says went wrong.
type apiError struct {
	Type    string // "bad_data", "execution", "timeout" ...
	Message string
}

func (e *apiError) Error() string {
	if e.Message == "" {
		return e.Type
	}
	return e.Message
}

// A decoder turns an answer of query or query_range into a frame as it reads:
//
//	{"status":"success",
//	 "data":{"resultType":"matrix","result":[
//	   {"metric":{...},"values":[[t,"v"],...],"histograms":[[t,{...}],...]},   -> a row of grid
//	   ...past the limit: skipped and counted...]},
//	 "warnings":[...],"infos":[...]}
//
// Keys may come in any order. Nothing is held of what was read but the frame.
type decoder struct {
	*scanner
	lset    *labelReader
	f       *sources.Frame
	limits  limits
	status  string
	failure apiError
	kind    string // resultType
	result  bool   // it was read
	shape   shape  // of the result
	plain   plain
	rows    rows
	series  sources.Series // that is being read
	onKey   func(key []byte) error
}

// A shape is what a result looks like, whatever its type says.
type shape uint8

const (
	shapeless shape = iota // empty
	ofStreams              // series with values
	ofSamples              // series with one value
	ofPlain                // [t, "text"]
)

// decode reads the body of an answer into f, whose Start, End and Step say
// what was asked for, Step 0 for an instant. It never panics, whatever r gives.
func decode(r io.Reader, f *sources.Frame, l limits) error {
	s := newScanner(r)
	d := &decoder{scanner: s, lset: newLabelReader(s), f: f, limits: l}
	d.onKey = d.seriesKey
	d.rows.init(f)
	if err := d.object(d.envelope); err != nil {
		return err
	}
	if err := d.finish(); err != nil {
		return err
	}
	if err := d.good(); err != nil {
		return err
	}
	if !d.result {
		return d.fail("no result in the answer")
	}
	return d.conclude()
}

// good gives the error that the answer reports, if it does.
func (d *decoder) good() error {
	switch {
	case d.failure != apiError{}:
		return &d.failure
	case d.status != "success":
		return d.fail("the status is %.40q and no error is given", d.status)
	}
	return nil
}

func (d *decoder) envelope(key []byte) (err error) {
	switch string(key) {
	case "status":
		d.status, err = d.string()
	case "errorType":
		d.failure.Type, err = d.string()
	case "error":
		d.failure.Message, err = d.string()
	case "warnings":
		d.f.Warnings, err = d.strings(d.f.Warnings)
	case "infos":
		d.f.Infos, err = d.strings(d.f.Infos)
	case "isPartial": // VictoriaMetrics
		var c byte
		if c, err = d.peek(); err == nil && c == 't' {
			d.f.Warnings = append(d.f.Warnings, "the answer is partial: some storage nodes did not answer")
		}
		if err == nil {
			err = d.skip()
		}
	case "data":
		err = d.object(d.data)
	default:
		err = d.skip()
	}
	return err
}

func (d *decoder) data(key []byte) (err error) {
	switch string(key) {
	case "resultType":
		d.kind, err = d.string()
	case "result":
		if d.result {
			return d.fail("a second result in one answer")
		}
		d.result = true
		err = d.readResult()
	default:
		err = d.skip()
	}
	return err
}

func (d *decoder) string() (string, error) {
	b, err := d.text()
	return string(b), err
}

// strings reads a list of remarks; there are no more than maxRemarks.
func (d *decoder) strings(all []string) ([]string, error) {
	more := 0
	err := d.array(func() error {
		if len(all) >= maxRemarks {
			more++
			return d.skip()
		}
		s, err := d.string()
		all = append(all, s)
		return err
	})
	if more > 0 {
		all = append(all, fmt.Sprintf("and %d more remarks", more))
	}
	return all, err
}

// readResult tells what it is by how it looks: its type may come after it.
func (d *decoder) readResult() error {
	on, err := d.open('[', ']')
	if !on || err != nil {
		return err
	}
	c, err := d.peek()
	if err != nil {
		return err
	}
	if c != '{' {
		d.shape = ofPlain
		return d.readPlain()
	}
	for on && err == nil {
		if len(d.f.Series) >= d.limits.series || d.rows.n*(len(d.f.Series)+1) > max(d.limits.values, d.rows.n) {
			d.f.Cut++
			err = d.skip()
		} else {
			err = d.readSeries()
		}
		if err == nil {
			on, err = d.next(']')
		}
	}
	return err
}

// plain is a scalar or a string: which one, the type says.
type plain struct {
	t    int64
	text string
}

// readPlain reads t,"text"] of a scalar or a string.
func (d *decoder) readPlain() (err error) {
	if d.plain.t, err = d.time(); err != nil {
		return err
	}
	if err = d.token(','); err != nil {
		return err
	}
	if d.plain.text, err = d.string(); err != nil {
		return err
	}
	return d.token(']')
}

// conclude gives the frame its kind, where the type and what was read agree.
func (d *decoder) conclude() error {
	f := d.f
	kind, ok := map[string]sources.FrameKind{
		"matrix": sources.Matrix, "vector": sources.Vector, "scalar": sources.Scalar, "string": sources.String,
	}[d.kind]
	fits := map[shape]bool{
		shapeless: kind == sources.Matrix || kind == sources.Vector,
		ofStreams: kind == sources.Matrix,
		ofSamples: kind == sources.Vector,
		ofPlain:   kind == sources.Scalar || kind == sources.String,
	}[d.shape]
	switch {
	case !ok:
		return d.fail("results of type %.40q are not known", d.kind)
	case !fits:
		return d.fail("the result is not the %s that it says it is", kind)
	case f.Step > 0 && kind != sources.Matrix:
		return d.fail("a %s answers a range query", kind)
	}
	f.Kind = kind
	switch kind {
	case sources.String:
		f.Text = d.plain.text
	case sources.Scalar:
		v, err := strconv.ParseFloat(d.plain.text, 64)
		if err != nil {
			return d.fail("%.40q is no number", d.plain.text)
		}
		f.Series = []sources.Series{{Times: []int64{d.plain.t}, Values: []float64{v}}}
	case sources.Matrix:
		byLabels := func(a, b sources.Series) int { return a.Labels.Compare(b.Labels) }
		if f.Step > 0 && !slices.IsSortedFunc(f.Series, byLabels) {
			slices.SortStableFunc(f.Series, byLabels)
		}
	}
	d.rows.remark(f)
	return nil
}
