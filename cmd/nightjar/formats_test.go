package main

import (
	"encoding/csv"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightjar/sources"
)

// answers are frames of every kind with everything that can be odd in them.
func answers() map[string]*sources.Frame {
	gap := sources.Gap()
	times := []int64{1435781430000, 1435781430781, 1435781431005}
	// The example of Prometheus's util/jsonutil.MarshalHistogram.
	native := &sources.Histogram{Count: 42, Sum: 34593.34, Buckets: []sources.Bucket{
		{Lower: -0.25, Upper: 0.25, Count: 3, Bounds: 3},
		{Lower: 0.25, Upper: 0.5, Count: 12},
		{Lower: 0.5, Upper: 1, Count: 21},
		{Lower: 2, Upper: 4, Count: 6},
	}}
	odd := &sources.Histogram{Count: math.NaN(), Sum: math.Inf(1), Buckets: []sources.Bucket{
		{Lower: math.Inf(-1), Upper: -1e-7, Count: -1.5, Bounds: 1},
		{Lower: 0.5946035575013605, Upper: math.Inf(1), Count: 1e21, Bounds: 2},
	}}
	return map[string]*sources.Frame{
		"matrix": {Kind: sources.Matrix, Series: []sources.Series{
			{Labels: sources.NewLabels("__name__", "up", "job", "a<b>&\"\\\n\t\x01"), Times: times, Values: []float64{1, gap, -2.5}},
			{Labels: sources.NewLabels("gone", "x"), Times: times, Values: []float64{gap, gap, gap}},
			{Labels: nil, Times: times, Values: []float64{math.NaN(), math.Inf(1), math.Inf(-1)}},
			{Labels: sources.NewLabels("time", "t", "value", "ü"), Times: times, Values: []float64{1e-7, 1e21, 123456789012345}},
		}},
		"vector": {Kind: sources.Vector, Series: []sources.Series{
			{Labels: sources.NewLabels("__name__", "up", "job", "node"), Times: []int64{-781}, Values: []float64{0.1}},
		}, Warnings: []string{"a < b"}, Infos: []string{"one", "two"}},
		"empty": {Kind: sources.Vector},
		"native-vector": {Kind: sources.Vector, Series: []sources.Series{
			{Labels: sources.NewLabels("__name__", "h", "histogram", "x"), Times: times[1:2], Values: []float64{gap}, Histograms: []*sources.Histogram{native}},
			{Labels: sources.NewLabels("__name__", "none"), Times: times[1:2], Values: []float64{gap}, Histograms: []*sources.Histogram{{}}},
			{Labels: sources.NewLabels("__name__", "up"), Times: times[1:2], Values: []float64{1}},
		}},
		"native-matrix": {Kind: sources.Matrix, Series: []sources.Series{
			{Labels: sources.NewLabels("__name__", "h"), Times: times, Values: []float64{gap, 1, gap}, Histograms: []*sources.Histogram{native, nil, odd}},
			{Labels: sources.NewLabels("__name__", "late"), Times: times, Values: []float64{gap, gap, gap}, Histograms: []*sources.Histogram{nil, nil, native}},
			{Labels: sources.NewLabels("__name__", "gone"), Times: times, Values: []float64{gap, gap, gap}, Histograms: make([]*sources.Histogram, 3)},
		}},
		"scalar": {Kind: sources.Scalar, Series: []sources.Series{{Times: []int64{100}, Values: []float64{math.NaN()}}}},
		"string": {Kind: sources.String, Text: "a<b>\x1b"},
	}
}

// golden compares with a file of testdata; UPDATE=1 writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "formats", name)
	if os.Getenv("UPDATE") == "1" {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s:\n got %q\nwant %q", name, got, want)
	}
}

func TestFormats(t *testing.T) {
	for name, f := range answers() {
		golden(t, name+".json", encodeJSON(f, time.UnixMilli(1435781430781))+"\n")
		var table, sheet strings.Builder
		if err := writeTable(&table, f, time.UTC); err != nil {
			t.Fatal(err)
		}
		golden(t, name+".txt", table.String())
		if err := writeCSV(&sheet, f, time.UTC); err != nil {
			t.Fatal(err)
		}
		golden(t, name+".csv", sheet.String())
		records, err := csv.NewReader(strings.NewReader(sheet.String())).ReadAll()
		if err != nil || len(records) == 0 {
			t.Errorf("%s: %v, %d records", name, err, len(records))
		}
	}
}

func TestTableIsAligned(t *testing.T) {
	f := answers()["matrix"]
	var b strings.Builder
	if err := writeTable(&b, f, time.UTC); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	column := strings.Index(lines[0], "SERIES")
	for _, line := range lines[1:] {
		if line[column-2:column] != "  " || line[column-3] == ' ' || line[column] != '{' && line[column] != 'u' {
			t.Errorf("the series does not begin at column %d: %q", column, line)
		}
	}
	if len(lines) != 1+2+3+3 {
		t.Errorf("%d lines: gaps must be left out, other NaNs not", len(lines))
	}
}

// TestTableIsHarmless: names are not quoted as values are.
func TestTableIsHarmless(t *testing.T) {
	f := &sources.Frame{Kind: sources.Vector, Series: []sources.Series{
		{Labels: sources.NewLabels("__name__", "up\x1b[31m", "j\x1bob", "\u202e"), Times: []int64{1000}, Values: []float64{1}},
	}}
	var b strings.Builder
	if err := writeTable(&b, f, time.UTC); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(b.String(), "\x1b\u202e") || !strings.Contains(b.String(), "up␛[31m") {
		t.Errorf("%q", b.String())
	}
}

func TestJSONErrors(t *testing.T) {
	f := func(err error, want string) {
		t.Helper()
		var b strings.Builder
		writeJSONError(&b, err)
		if b.String() != want+"\n" {
			t.Errorf("%v: %s", err, b.String())
		}
	}
	f(sources.Errorf("s", "query", sources.KindQuery, "many-to-many"), `{"status":"error","errorType":"execution","error":"many-to-many"}`)
	f(sources.Errorf("s", "query", sources.KindTimeout, "slow"), `{"status":"error","errorType":"timeout","error":"slow"}`)
	f(sources.Errorf("s", "query", sources.KindUnavailable, "get http://u:p@h/: no"), `{"status":"error","errorType":"unavailable","error":"get http://***@h/: no"}`)
	f(errors.New("odd"), `{"status":"error","errorType":"internal","error":"odd"}`)
}

func TestSpacing(t *testing.T) {
	f := func(span, step, want time.Duration) {
		t.Helper()
		if got := (&queryRequest{span: span, step: step}).spacing(); got != want {
			t.Errorf("%v by %v: %v", span, step, got)
		}
	}
	f(time.Hour, 0, 15*time.Second)
	f(time.Minute, 0, time.Second)
	f(61*time.Minute, 0, 16*time.Second)
	f(time.Hour, time.Minute, time.Minute)
}

func TestLongestRange(t *testing.T) {
	f := func(expr string, want time.Duration) {
		t.Helper()
		if got := longestRange(expr); got != want {
			t.Errorf("%s: %v", expr, got)
		}
	}
	f(`rate(a[1m]) / on() increase(b[5m])`, 5*time.Minute)
	f(`max_over_time(rate(a[1m])[1h:])`, time.Minute)
	f(`irate(a[1h])`, 0)
	f(`max_over_time(a[1h])`, 0)
	f(`a{`, 0)
}

// A chart of native histograms is a heatmap; where it cannot be drawn it is said.
func TestChartOfNativeHistograms(t *testing.T) {
	var out, errs strings.Builder
	draw := func(f *sources.Frame) (chart, said string) {
		t.Helper()
		out.Reset()
		errs.Reset()
		s := newSession(Env{Stdout: &out, Stderr: &errs}, &output{w: &out})
		if err := s.chart(&queryRequest{expr: "h", span: time.Second}, f, time.UnixMilli(1435781431005)); err != nil {
			t.Fatal(err)
		}
		return out.String(), errs.String()
	}
	f := answers()["native-matrix"]
	alone := *f
	alone.Series = f.Series[1:2]
	if chart, said := draw(&alone); !strings.Contains(chart, "newest: most in") || said != "" {
		t.Errorf("no heatmap: %s%s", chart, said)
	}
	if chart, said := draw(f); strings.Contains(chart, "newest: most in") || !strings.Contains(said, "(series left out: 2)") {
		t.Errorf("histograms beside numbers: %s%s", chart, said)
	}
	vector := answers()["native-vector"]
	alone = *vector
	alone.Series = vector.Series[:1]
	if chart, said := draw(&alone); !strings.Contains(chart, "count 42  sum 34593.34  p50 (0.5,1]") || said != "" {
		t.Errorf("no summary: %s%s", chart, said)
	}
	if chart, said := draw(vector); !strings.HasPrefix(chart, "up ") || strings.Count(chart, "\n") != 1 || !strings.Contains(said, "(series left out: 2)") {
		t.Errorf("bars beside histograms: %q %s", chart, said)
	}
}
