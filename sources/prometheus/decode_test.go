package prometheus

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"nightjar/sources"
)

var testLimits = limits{series: 100, values: 1 << 16}

// bits compares floats by their bits, so that gaps and NaN are told apart.
var bits = cmp.Comparer(func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) })

// onSteps is a frame that asks for the steps 10 s, 20 s, 30 s.
func onSteps() *sources.Frame { return &sources.Frame{Start: 10_000, End: 30_000, Step: 10_000} }

func instant() *sources.Frame { return &sources.Frame{} }

func success(kind, result string) string {
	return fmt.Sprintf(`{"status":"success","data":{"resultType":%q,"result":%s}}`, kind, result)
}

// show writes a frame so that it can be read: a gap is _, a histogram h(count).
func show(f *sources.Frame) string {
	var b strings.Builder
	b.WriteString(f.Kind.String())
	if f.Kind == sources.String {
		fmt.Fprintf(&b, " %q", f.Text)
	}
	for _, s := range f.Series {
		fmt.Fprintf(&b, " | %s", s.Labels)
		for i, v := range s.Values {
			switch {
			case s.Histograms != nil && s.Histograms[i] != nil:
				fmt.Fprintf(&b, " %d=h(%v)", s.Times[i], s.Histograms[i].Count)
			case sources.IsGap(v):
				fmt.Fprintf(&b, " %d=_", s.Times[i])
			default:
				fmt.Fprintf(&b, " %d=%v", s.Times[i], v)
			}
		}
	}
	if f.Cut > 0 {
		fmt.Fprintf(&b, " | %d cut", f.Cut)
	}
	for _, w := range f.Warnings {
		fmt.Fprintf(&b, " | warning %s", w)
	}
	for _, w := range f.Infos {
		fmt.Fprintf(&b, " | info %s", w)
	}
	return b.String()
}

func TestDecode(t *testing.T) {
	f := func(name string, fr *sources.Frame, body, want string) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			t.Helper()
			err := decode(strings.NewReader(body), fr, testLimits)
			got := show(fr)
			if err != nil {
				got = "error: " + err.Error()
			}
			if got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
		})
	}
	const left = "samples were left out: their times are none of those asked for"

	f("matrix", onSteps(), success("matrix", `[{"metric":{"__name__":"up","job":"a"},"values":[[10,"1"],[20,"0.5"],[30,"-2e-07"]]}]`),
		`matrix | up{job="a"} 10000=1 20000=0.5 30000=-2e-07`)
	f("gaps", onSteps(), success("matrix", `[{"metric":{},"values":[[20,"1"]]}]`), `matrix | {} 10000=_ 20000=1 30000=_`)
	f("NaN is no gap", onSteps(), success("matrix", `[{"metric":{},"values":[[10,"NaN"],[30.000,"+Inf"]]}]`), `matrix | {} 10000=NaN 20000=_ 30000=+Inf`)
	f("sorted by labels", onSteps(), success("matrix", `[{"metric":{"a":"2"},"values":[[10,"2"]]},{"metric":{"a":"1"},"values":[[10,"1"]]}]`),
		`matrix | {a="1"} 10000=1 20000=_ 30000=_ | {a="2"} 10000=2 20000=_ 30000=_`)
	f("a series twice", onSteps(), success("matrix", `[{"metric":{"a":"1"},"values":[[10,"2"]]},{"metric":{"a":"1"},"values":[[10,"1"]]}]`),
		`matrix | {a="1"} 10000=2 20000=_ 30000=_ | {a="1"} 10000=1 20000=_ 30000=_`)
	f("unordered, repeated", onSteps(), success("matrix", `[{"metric":{},"values":[[30,"3"],[10,"1"],[30,"4"]]}]`), `matrix | {} 10000=1 20000=_ 30000=4`)
	f("off the grid", onSteps(), success("matrix", `[{"metric":{},"values":[[0,"0"],[10.001,"1"],[20,"2"],[40,"4"],[-10,"1"],[9e12,"1"]]}]`),
		`matrix | {} 10000=_ 20000=2 30000=_ | warning 5 `+left)
	f("empty matrix", onSteps(), success("matrix", `[]`), `matrix`)
	f("null", onSteps(), success("matrix", `null`), `matrix`)
	f("no samples", onSteps(), success("matrix", `[{"metric":{}}]`), `matrix | {} 10000=_ 20000=_ 30000=_`)
	f("histograms only", onSteps(), success("matrix", `[{"metric":{},"histograms":[[10,{"count":"2","sum":"3","buckets":[[1,"-0.5","1","2"]]}]]}]`),
		`matrix | {} 10000=h(2) 20000=_ 30000=_`)
	f("histograms and values", onSteps(), success("matrix", `[{"metric":{},"values":[[20,"7"]],"histograms":[[10,{"count":"2","sum":"3"}],[30,{"sum":"3","count":"4","buckets":[]}]]}]`),
		`matrix | {} 10000=h(2) 20000=7 30000=h(4)`)
	f("a value over a histogram", onSteps(), success("matrix", `[{"metric":{},"histograms":[[10,{"count":"2","sum":"3"}]],"values":[[10,"7"]]}]`),
		`matrix | {} 10000=7 20000=_ 30000=_`)
	f("order of keys", onSteps(), `{"infos":["i"],"data":{"result":[{"values":[[10,"1"]],"metric":{"b":"2","a":"1"}}],"resultType":"matrix"},"warnings":["w"],"status":"success"}`,
		`matrix | {a="1", b="2"} 10000=1 20000=_ 30000=_ | warning w | info i`)
	f("white space", onSteps(), " {\n\"status\" : \"success\" ,\t\"data\":{ \"resultType\":\"matrix\", \"result\" : [ { \"metric\" : { } , \"values\" : [ [ 10 , \"1\" ] , [20 ,\"2\"] ] } ] } } \n",
		`matrix | {} 10000=1 20000=2 30000=_`)
	f("unknown keys", onSteps(), `{"status":"success","stats":{"a":[1,{"b":"]}\\\""}],"c":null},"data":{"x":-1.5e3,"resultType":"matrix","result":[{"new":[true,false],"metric":{},"values":[[10,"1"]]}]}}`,
		`matrix | {} 10000=1 20000=_ 30000=_`)
	f("partial", onSteps(), `{"status":"success","isPartial":true,"data":{"resultType":"matrix","result":[]}}`,
		`matrix | warning the answer is partial: some storage nodes did not answer`)
	f("numbers without quotes", onSteps(), success("matrix", `[{"metric":{},"values":[[10,1.5]]}]`), `matrix | {} 10000=1.5 20000=_ 30000=_`)
	f("labels: escapes, order, repeated, empty", onSteps(), success("matrix", `[{"metric":{"z":"\u00e9\ud83d\ude00\n\"","b":"","a":"1","a":"2"},"values":[]}]`),
		`matrix | {a="2", z="é😀\n\""} 10000=_ 20000=_ 30000=_`)
	f("labels: not UTF-8, half a surrogate", onSteps(), success("matrix", "[{\"metric\":{\"a\":\"\xff\",\"b\":\"\\ud800x\"}}]"),
		"matrix | {a=\"\uFFFD\", b=\"\uFFFDx\"} 10000=_ 20000=_ 30000=_")

	f("vector keeps its order", instant(), success("vector", `[{"metric":{"a":"2"},"value":[1.5,"9"]},{"metric":{"a":"1"},"value":[1.5,"3"]}]`),
		`vector | {a="2"} 1500=9 | {a="1"} 1500=3`)
	f("vector of histograms", instant(), success("vector", `[{"metric":{},"histogram":[1,{"count":"1","sum":"0","buckets":[[3,"-1","1","1"]]}]},{"metric":{"a":"1"},"value":[1,"2"]}]`),
		`vector | {} 1000=h(1) | {a="1"} 1000=2`)
	f("scalar", instant(), success("scalar", `[1712345678.123,"1e+06"]`), `scalar | {} 1712345678123=1e+06`)
	f("string", instant(), success("string", `[1,"a\"b"]`), `string "a\"b"`)
	f("scalar whose type comes last", instant(), `{"status":"success","data":{"result":[1,"2"],"resultType":"scalar"}}`, `scalar | {} 1000=2`)
	f("raw samples", instant(), success("matrix", `[{"metric":{},"values":[[2,"2"],[1,"1"],[2,"3"]],"histograms":[[1,{"count":"5","sum":"1"}]]}]`),
		`matrix | {} 1000=h(5) 2000=3`)
	f("raw samples in order", instant(), success("matrix", `[{"metric":{},"values":[[1,"1"],[2.5,"2"]]},{"metric":{},"values":[[1,"1"]]}]`),
		`matrix | {} 1000=1 2500=2 | {} 1000=1`)

	f("error", instant(), `{"status":"error","errorType":"bad_data","error":"parse error"}`, `error: parse error`)
	f("error without words", instant(), `{"status":"error","errorType":"internal"}`, `error: internal`)
	f("no status", instant(), `{}`, `error: at byte 2: the status is "" and no error is given`)
	f("no result", instant(), `{"status":"success","data":{}}`, `error: at byte 30: no result in the answer`)
	f("not an object", instant(), `[]`, `error: at byte 0: '[' where '{' should be`)
	f("unknown type", instant(), success("tensor", `[]`), `error: at byte 63: results of type "tensor" are not known`)
	f("two results", instant(), `{"status":"success","data":{"resultType":"vector","result":[],"result":[]}}`, `error: at byte 71: a second result in one answer`)
	f("vector that says matrix", instant(), success("matrix", `[{"metric":{},"value":[1,"1"]}]`), `error: at byte 92: the result is not the matrix that it says it is`)
	f("scalar that says vector", instant(), success("vector", `[1,"1"]`), `error: at byte 68: the result is not the vector that it says it is`)
	f("vector for a range", onSteps(), success("vector", `[{"metric":{},"value":[10,"1"]}]`), `error: at byte 93: a vector answers a range query`)
	f("shapes mixed", instant(), success("vector", `[{"metric":{},"value":[1,"1"]},{"metric":{},"values":[]}]`),
		`error: at byte 112: series with one value and series with many in one result`)
	f("text for a value", onSteps(), success("matrix", `[{"metric":{},"values":[[10,"one"]]}]`), `error: at byte 92: "one" is no number`)
	f("no time", onSteps(), success("matrix", `[{"metric":{},"values":[[1e300,"1"]]}]`), `error: at byte 89: "1e300" is no time`)
	f("scalar of text", instant(), success("scalar", `[1,"x"]`), `error: at byte 68: "x" is no number`)
	f("more after the end", instant(), success("vector", `[]`)+"<html>", `error: at byte 63: '<' after the end of the answer`)
	f("deep", instant(), `{"x":`+strings.Repeat("[", 1e5), `error: at byte 134: nested more than 128 deep`)
	f("bad bucket", instant(), success("vector", `[{"metric":{},"histogram":[1,{"buckets":[[7,"1","2","3"]]}]}]`), `error: at byte 102: 7 is no code of a bucket's bounds`)
	f("short bucket", instant(), success("vector", `[{"metric":{},"histogram":[1,{"buckets":[[1,"1"]]}]}]`), `error: at byte 107: a bucket of 2 parts, not 4`)
}

func TestDecodeBuckets(t *testing.T) {
	f := instant()
	body := success("vector", `[{"metric":{},"histogram":[1,{"count":"7","sum":"-Inf","buckets":[[1,"-2","-1","4"],[3,"-0.5","0.5","1"],[0,"1","+Inf","2"]]}]}]`)
	if err := decode(strings.NewReader(body), f, testLimits); err != nil {
		t.Fatal(err)
	}
	want := &sources.Histogram{Count: 7, Sum: math.Inf(-1), Buckets: []sources.Bucket{
		{Lower: -2, Upper: -1, Count: 4, Bounds: 1}, {Lower: -0.5, Upper: 0.5, Count: 1, Bounds: 3}, {Lower: 1, Upper: math.Inf(1), Count: 2},
	}}
	if diff := cmp.Diff(want, f.Series[0].Histograms[0], bits); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeSharesTimes(t *testing.T) {
	f := benchFrame()
	if err := decode(strings.NewReader(string(rangeBody(50, benchSteps))), f, testLimits); err != nil {
		t.Fatal(err)
	}
	for i, s := range f.Series {
		if &s.Times[0] != &f.Series[0].Times[0] || len(s.Times) != benchSteps {
			t.Fatalf("series %d has times of its own", i)
		}
		if cap(s.Values) != len(s.Values) || cap(s.Labels) != len(s.Labels) {
			t.Fatalf("appending to series %d would write into another", i)
		}
	}
}

func TestDecodeCutsWhileItReads(t *testing.T) {
	const n = 100_000
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"metric":{"__name__":"x","quoted":"\"]}","id":"%d"},"value":[1,"%d"]}`, i, i)
	}
	body := success("vector", "["+b.String()+"]")
	var f *sources.Frame
	got := allocated(func() {
		f = instant()
		if err := decode(strings.NewReader(body), f, limits{series: 1000}); err != nil {
			t.Fatal(err)
		}
	})
	if len(f.Series) != 1000 || f.Cut != n-1000 || f.Series[999].Labels.Value("id") != "999" {
		t.Errorf("%d series, %d cut", len(f.Series), f.Cut)
	}
	if got > 2<<20 {
		t.Errorf("%d bytes allocated for 1,000 series of 100,000", got)
	}
}

func TestDecodeBoundsTheFrame(t *testing.T) {
	// A small body asks for much memory: every series has one sample of many steps.
	f := &sources.Frame{Start: 0, End: 10_999, Step: 1}
	body := success("matrix", "["+strings.Repeat(`{"metric":{},"values":[[1,"1"]]},`, 999)+`{"metric":{},"values":[[1,"1"]]}]`)
	if err := decode(strings.NewReader(body), f, limits{series: 10_000, values: 100_000}); err != nil {
		t.Fatal(err)
	}
	if len(f.Series) != 9 || f.Cut != 991 {
		t.Errorf("%d series, %d cut, want 9 and 991", len(f.Series), f.Cut)
	}
}

func TestDecodeTruncated(t *testing.T) {
	body := `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"\u00e9"},"values":[[10,"1"],[20,"NaN"]],"histograms":[[30,{"count":"1","sum":"1","buckets":[[0,"1","2","3"]]}]]}]},"warnings":["w"]}`
	for n := range len(body) {
		if err := decode(strings.NewReader(body[:n]), onSteps(), testLimits); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("cut at %d: %v", n, err)
		}
	}
	broken := errors.New("connection reset")
	if err := decode(iotest.DataErrReader(io.MultiReader(strings.NewReader(body[:100]), iotest.ErrReader(broken))), onSteps(), testLimits); !errors.Is(err, broken) {
		t.Error(err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(success("matrix", `[{"metric":{"__name__":"up","a":"\u00e9"},"values":[[10,"1"],[20,"0.5"],[30.000,"-2e-07"]]},{"metric":{},"values":[[30,"3"],[10,"NaN"],[30,"4"]]}]`))
	f.Add(success("matrix", `[{"metric":{},"values":[[20,"7"]],"histograms":[[10,{"count":"2","sum":"3","buckets":[[1,"-0.5","1","2"]]}]]}]`))
	f.Add(success("vector", `[{"metric":{"a":"1","a":""},"value":[1.5,"+Inf"]},{"metric":{},"histogram":[1,{"count":"1"}]}]`))
	f.Add(success("scalar", `[1,"1e+06"]`))
	f.Add(success("string", `[1,"a"]`))
	f.Add(`{"status":"error","errorType":"bad_data","error":"x","warnings":["a"],"infos":null,"isPartial":true}`)
	f.Fuzz(func(t *testing.T, body string) {
		for _, steps := range []*sources.Frame{onSteps(), instant()} {
			whole, bytewise := *steps, *steps
			l := limits{series: 3, values: 100}
			err := decode(strings.NewReader(body), &whole, l)
			again := decode(iotest.OneByteReader(strings.NewReader(body)), &bytewise, l)
			if fmt.Sprint(err) != fmt.Sprint(again) {
				t.Fatalf("in one piece: %v, byte by byte: %v", err, again)
			}
			if err != nil {
				continue
			}
			if diff := cmp.Diff(whole, bytewise, bits); diff != "" {
				t.Fatal(diff)
			}
			checkFrame(t, &whole)
		}
	})
}

// checkFrame holds f to what sources.Frame promises.
func checkFrame(t *testing.T, f *sources.Frame) {
	t.Helper()
	for _, s := range f.Series {
		if len(s.Times) != len(s.Values) || s.Histograms != nil && len(s.Histograms) != len(s.Times) {
			t.Fatalf("%d times, %d values, %d histograms", len(s.Times), len(s.Values), len(s.Histograms))
		}
		if !slices.IsSorted(s.Times) || len(slices.Compact(slices.Clone(s.Times))) != len(s.Times) {
			t.Fatalf("times do not ascend: %v", s.Times)
		}
		if f.Step > 0 && len(s.Times) != 3 {
			t.Fatalf("%d values for 3 steps", len(s.Times))
		}
		for i, h := range s.Histograms {
			if h != nil && !sources.IsGap(s.Values[i]) {
				t.Fatalf("a value beside a histogram")
			}
		}
		for i, l := range s.Labels {
			if l.Value == "" || i > 0 && l.Name <= s.Labels[i-1].Name {
				t.Fatalf("labels %q", s.Labels)
			}
		}
	}
}
