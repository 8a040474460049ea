package prometheus

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/prometheus/client_golang/api"
	apiv1 "github.com/prometheus/client_golang/api/prometheus/v1"

	"nightjar/sources"
)

const (
	benchSeries = 1000
	benchSteps  = 240
	benchStart  = 1_712_345_670
	benchStep   = 15
)

// rangeBody is an answer as Prometheus writes it, of rates with all their digits.
func rangeBody(series, steps int) []byte {
	rng := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	b.WriteString(`{"status":"success","data":{"resultType":"matrix","result":[`)
	for i := range series {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"metric":{"__name__":"http_requests_total","code":"%d","handler":"/api/v1/%04d","instance":"10.0.0.%d:9090","job":"api"},"values":[`, 200+i%5, i, i%50)
		for j := range steps {
			if j > 0 {
				b.WriteByte(',')
			}
			v := rng.Float64() * 1000
			if i%2 == 0 {
				v = float64(int(v)) // half of what is drawn is counts and bytes
			}
			fmt.Fprintf(&b, `[%d,"%s"]`, benchStart+j*benchStep, strconv.FormatFloat(v, 'f', -1, 64))
		}
		b.WriteString(`]}`)
	}
	b.WriteString(`]}}`)
	return b.Bytes()
}

func benchFrame() *sources.Frame {
	return &sources.Frame{Start: benchStart * 1000, End: (benchStart + (benchSteps-1)*benchStep) * 1000, Step: benchStep * 1000}
}

// inMemory answers every request with one body.
type inMemory []byte

func (b inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
	return &http.Response{
		StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(bytes.NewReader(b)), Request: r,
	}, nil
}

func decodeOnce(tb testing.TB, body []byte) {
	f := benchFrame()
	if err := decode(bytes.NewReader(body), f, limits{series: 10_000, values: 8 << 20}); err != nil {
		tb.Fatal(err)
	}
	if len(f.Series) != benchSeries {
		tb.Fatalf("%d series", len(f.Series))
	}
}

// throughSource asks a whole Source, of which only the network is left out.
func throughSource(tb testing.TB, body []byte) func() {
	s, err := Open(tb.Context(), Options{URL: "127.0.0.1", Clock: clock})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	s.c.http.Through(inMemory(body))
	s.knows = true
	q := sources.RangeQuery{Expr: "x", Start: time.Unix(benchStart, 0), End: time.Unix(benchStart+(benchSteps-1)*benchStep, 0), Step: benchStep * time.Second}
	return func() {
		if f, err := s.QueryRange(tb.Context(), q); err != nil || len(f.Series) != benchSeries {
			tb.Fatal(err)
		}
	}
}

func clientGolang(tb testing.TB, body []byte) func() {
	c, err := api.NewClient(api.Config{Address: "http://127.0.0.1", RoundTripper: inMemory(body)})
	if err != nil {
		tb.Fatal(err)
	}
	client := apiv1.NewAPI(c)
	r := apiv1.Range{
		Start: time.Unix(benchStart, 0), End: time.Unix(benchStart+(benchSteps-1)*benchStep, 0), Step: benchStep * time.Second,
	}
	return func() {
		if _, _, _, err := client.QueryRange(context.Background(), "x", r); err != nil {
			tb.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	body := rangeBody(benchSeries, benchSteps)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		decodeOnce(b, body)
	}
}

func BenchmarkQueryRange(b *testing.B) {
	body := rangeBody(benchSeries, benchSteps)
	ask := throughSource(b, body)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		ask()
	}
}

func BenchmarkClientGolang(b *testing.B) {
	body := rangeBody(benchSeries, benchSteps)
	ask := clientGolang(b, body)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		ask()
	}
}

// allocated is how many bytes f allocates.
func allocated(f func()) uint64 {
	f()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestDecodeAllocatesAThirdOfClientGolang(t *testing.T) {
	body := rangeBody(benchSeries, benchSteps)
	ours := allocated(throughSource(t, body))
	theirs := allocated(clientGolang(t, body))
	t.Logf("%d bytes, client_golang %d: %.1f times less", ours, theirs, float64(theirs)/float64(ours))
	if 3*ours > theirs {
		t.Errorf("decoding allocates %d bytes, more than a third of the %d of client_golang", ours, theirs)
	}
	if budget := uint64(benchSeries*benchSteps*8*2 + 1<<20); ours > budget {
		t.Errorf("decoding allocates %d bytes, more than the budget of %d", ours, budget)
	}
}
