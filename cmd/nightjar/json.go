package main

import (
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"time"

	"github.com/prometheus/prometheus/promql/parser"

	"nightjar/sources"
)

// encodeJSON is the answer as Prometheus's HTTP API gives it, to the byte:
// values are strings, times are seconds with milliseconds where there are any.
// at is when an instant query was evaluated.
func encodeJSON(f *sources.Frame, at time.Time) string {
	b := append([]byte(nil), `{"status":"success","data":{"resultType":"`...)
	b = append(b, f.Kind.String()...)
	b = append(b, `","result":`...)
	switch f.Kind {
	case sources.Scalar:
		b = appendScalar(b, f)
	case sources.String:
		b = append(b, '[')
		b = appendTime(b, at.UnixMilli())
		b = append(b, ',')
		b = appendEscaped(b, f.Text)
		b = append(b, ']')
	default:
		b = appendSeries(b, f)
	}
	b = append(b, '}')
	b = appendList(b, "warnings", f.Warnings)
	b = appendList(b, "infos", f.Infos)
	return string(append(b, '}'))
}

func appendScalar(b []byte, f *sources.Frame) []byte {
	for _, s := range f.Series {
		if len(s.Values) > 0 {
			return appendPoint(b, s.Times[0], s.Values[0])
		}
	}
	return append(b, "[]"...)
}

func appendSeries(b []byte, f *sources.Frame) []byte {
	b = append(b, '[')
	first := true
	for i := range f.Series {
		s := &f.Series[i]
		numbers, histograms := tally(s)
		if numbers+histograms == 0 {
			continue // nothing but gaps: Prometheus has no such series
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(b, `{"metric":{`...)
		for j, l := range s.Labels {
			if j > 0 {
				b = append(b, ',')
			}
			b = appendString(b, l.Name)
			b = append(b, ':')
			b = appendString(b, l.Value)
		}
		b = append(b, '}')
		if f.Kind == sources.Vector {
			b = append(appendNewest(b, s), '}')
			continue
		}
		if numbers > 0 {
			b = append(b, `,"values":[`...)
			b = append(appendPoints(b, s), ']')
		}
		if histograms > 0 {
			b = append(b, `,"histograms":[`...)
			b = append(appendHistograms(b, s), ']')
		}
		b = append(b, '}')
	}
	return append(b, ']')
}

// appendNewest writes the sample of a vector, of whichever type it is.
func appendNewest(b []byte, s *sources.Series) []byte {
	for i := len(s.Values) - 1; i >= 0; i-- {
		if h := s.Histogram(i); h != nil {
			b = append(b, `,"histogram":`...)
			return appendHistogramPoint(b, s.Times[i], h)
		}
		if v := s.Values[i]; !sources.IsGap(v) {
			b = append(b, `,"value":`...)
			return appendPoint(b, s.Times[i], v)
		}
	}
	return b
}

func appendPoints(b []byte, s *sources.Series) []byte {
	first := true
	for j, v := range s.Values {
		if sources.IsGap(v) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = appendPoint(b, s.Times[j], v)
	}
	return b
}

func appendPoint(b []byte, t int64, v float64) []byte {
	b = append(b, '[')
	b = appendTime(b, t)
	b = append(b, `,"`...)
	b = append(b, number(v)...)
	return append(b, `"]`...)
}

// appendTime writes Unix milliseconds as seconds: 1435781430.781, 1435781430.
func appendTime(b []byte, t int64) []byte {
	if t < 0 {
		b = append(b, '-')
		t = -t
	}
	b = strconv.AppendInt(b, t/1000, 10)
	if ms := t % 1000; ms != 0 {
		b = append(b, '.', byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10))
	}
	return b
}

// appendString quotes as Prometheus's encoder does for labels: only what JSON
// demands is escaped.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\r':
			b = append(b, `\r`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c < 0x20:
			b = append(b, `\u00`...)
			b = append(b, hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

// appendEscaped quotes as Prometheus's encoder does elsewhere: as encoding/json.
func appendEscaped(b []byte, s string) []byte {
	text, err := json.Marshal(s)
	if err != nil {
		return append(b, `""`...) // a string always can be marshalled
	}
	return append(b, text...)
}

func appendList(b []byte, name string, list []string) []byte {
	if len(list) == 0 {
		return b
	}
	b = append(b, `,"`...)
	b = append(b, name...)
	b = append(b, `":[`...)
	for i, s := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendEscaped(b, s)
	}
	return append(b, ']')
}

// writeJSONError writes a failure as Prometheus's HTTP API gives it.
func writeJSONError(w io.Writer, err error) {
	kind, text := "internal", err.Error()
	switch sources.KindOf(err) {
	case sources.KindQuery:
		kind = "execution"
	case sources.KindTimeout:
		kind = "timeout"
	case sources.KindCancelled:
		kind = "canceled"
	case sources.KindTooLarge:
		kind = "execution"
	case sources.KindUnavailable:
		kind = "unavailable"
	}
	if e := (*sources.Error)(nil); errors.As(err, &e) && e.Err != nil {
		text = e.Err.Error()
	}
	if wrong := parser.ParseErrors(nil); errors.As(err, &wrong) {
		kind, text = "bad_data", `invalid parameter "query": `+text
	}
	b := append([]byte(nil), `{"status":"error","errorType":"`+kind+`","error":`...)
	b = append(appendEscaped(b, sources.Redact(text)), "}\n"...)
	_, _ = w.Write(b) // said by Run
}
