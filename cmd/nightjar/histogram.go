package main

import (
	"fmt"
	"strconv"
	"strings"

	"nightjar/sources"
)

// Native histograms as they are printed. In JSON they are what Prometheus's
// util/jsonutil.MarshalHistogram writes:
//
//	{"count":"42","sum":"34593.34","buckets":[[3,"-0.25","0.25","3"],[0,"0.25","0.5","12"], ...]}
//
// without "buckets" where there is none with observations.

// tally counts the samples of a series by what they are.
func tally(s *sources.Series) (numbers, histograms int) {
	for i, v := range s.Values {
		switch {
		case s.Histogram(i) != nil:
			histograms++
		case !sources.IsGap(v):
			numbers++
		}
	}
	return numbers, histograms
}

// census counts the series of an answer that have numbers, and those that have
// native histograms; one may have both.
func census(f *sources.Frame) (numbers, native int) {
	for i := range f.Series {
		n, h := tally(&f.Series[i])
		numbers, native = numbers+min(n, 1), native+min(h, 1)
	}
	return numbers, native
}

func appendHistograms(b []byte, s *sources.Series) []byte {
	first := true
	for i := range s.Histograms {
		h := s.Histogram(i)
		if h == nil {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = appendHistogramPoint(b, s.Times[i], h)
	}
	return b
}

func appendHistogramPoint(b []byte, t int64, h *sources.Histogram) []byte {
	b = append(b, '[')
	b = appendTime(b, t)
	b = append(b, `,{"count":`...)
	b = appendQuoted(b, h.Count)
	b = append(b, `,"sum":`...)
	b = appendQuoted(b, h.Sum)
	for i, k := range h.Buckets {
		if i == 0 {
			b = append(b, `,"buckets":[`...)
		} else {
			b = append(b, ',')
		}
		b = append(b, '[')
		b = strconv.AppendUint(b, uint64(k.Bounds), 10)
		for _, v := range []float64{k.Lower, k.Upper, k.Count} {
			b = append(b, ',')
			b = appendQuoted(b, v)
		}
		b = append(b, ']')
	}
	if len(h.Buckets) > 0 {
		b = append(b, ']')
	}
	return append(b, "}]"...)
}

func appendQuoted(b []byte, v float64) []byte {
	b = append(b, '"')
	b = append(b, number(v)...)
	return append(b, '"')
}

// interval names a bucket as mathematics does, round brackets for an end that
// does not belong to it: (0.5,1]. write gives the numbers their form.
func interval(b sources.Bucket, write func(float64) string) string {
	left, right := "(", ")"
	if b.Bounds == 1 || b.Bounds == 3 {
		left = "["
	}
	if b.Bounds == 0 || b.Bounds == 3 {
		right = "]"
	}
	return left + write(b.Lower) + "," + write(b.Upper) + right
}

// short is a number of four digits, for bounds such as 0.5946035575013605.
func short(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }

// summary is a histogram in a line: its count, its sum, and the buckets that the
// median and the 99th percentile lie in.
func summary(h *sources.Histogram) string {
	var b strings.Builder
	fmt.Fprintf(&b, "count %s  sum %s", number(h.Count), number(h.Sum))
	for _, q := range []struct {
		name string
		q    float64
	}{{"p50", 0.5}, {"p99", 0.99}} {
		if k, ok := h.Quantile(q.q); ok {
			fmt.Fprintf(&b, "  %s %s", q.name, interval(k, short))
		}
	}
	return b.String()
}
