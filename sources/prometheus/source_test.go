package prometheus

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"nightjar/sources"
)

func TestQueryRangeAsks(t *testing.T) {
	srv := serve(t, map[string]http.HandlerFunc{"/api/v1/query_range": ok(`{"resultType":"matrix","result":[{"metric":{"a":"1"},"values":[[1712347200.5,"1"],[1712347215.5,"2"]]}]}`)})
	s := open(t, Options{URL: srv.URL})
	at := noon.Add(500 * time.Millisecond)
	f, err := s.QueryRange(t.Context(), sources.RangeQuery{Expr: "up", Start: at, End: at.Add(20 * time.Second), Step: 15 * time.Second, Limit: 5})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := show(f), `matrix | {a="1"} 1712347200500=1 1712347215500=2`; got != want || f.Source != "prod" || f.End != at.Add(20*time.Second).UnixMilli() {
		t.Errorf("got %s, want %s, %+v", got, want, f)
	}
	const want = "POST /api/v1/query_range?end=1712347215.5&limit=6&nocache=1&query=up&start=1712347200.5&step=15"
	if got := srv.last("/api/v1/query_range"); got != want {
		t.Errorf("asked %s\n want %s", got, want)
	}
}

func TestQueryRangeRefuses(t *testing.T) {
	s := open(t, Options{URL: "127.0.0.1:1"})
	f := func(q sources.RangeQuery, kind sources.ErrorKind) {
		t.Helper()
		if _, err := s.QueryRange(t.Context(), q); sources.KindOf(err) != kind {
			t.Error(err)
		}
	}
	f(sources.RangeQuery{Start: noon, End: noon}, sources.KindQuery)
	f(sources.RangeQuery{Start: noon, End: noon.Add(-time.Second), Step: time.Second}, sources.KindQuery)
	f(sources.RangeQuery{Start: noon, End: noon.Add(time.Hour), Step: time.Millisecond}, sources.KindTooLarge)
}

func TestLimit(t *testing.T) {
	var b strings.Builder
	for i := range 20 {
		fmt.Fprintf(&b, `,{"metric":{"id":"%02d"},"value":[1,"1"]}`, i)
	}
	all := b.String()[1:]
	warned := body(200, "application/json", `{"status":"success","warnings":["results truncated due to limit","other"],"data":{"resultType":"vector","result":[`+strings.Join(strings.Split(all, ",{")[:1], "")+`]}}`)
	srv := serve(t, map[string]http.HandlerFunc{query: ok(`{"resultType":"vector","result":[` + all + `]}`), "/warned" + query: warned})
	f := func(prefix string, limit int, series, cut int, warnings ...string) {
		t.Helper()
		fr, err := open(t, Options{URL: srv.URL + prefix, MaxSeries: 15}).QueryInstant(t.Context(), sources.InstantQuery{Expr: "x", Limit: limit})
		if err != nil {
			t.Fatal(err)
		}
		if len(fr.Series) != series || fr.Cut != cut || cmp.Diff(warnings, fr.Warnings) != "" {
			t.Errorf("limit %d: %d series, %d cut, %q", limit, len(fr.Series), fr.Cut, fr.Warnings)
		}
	}
	f("", 0, 15, 5)
	f("", 100, 15, 5)
	f("", 3, 3, 17)
	f("/warned", 1, 1, 1, "more than 1 series: how many more, the server does not say", "other")
}

func TestDiscovery(t *testing.T) {
	srv := serve(t, map[string]http.HandlerFunc{
		"/api/v1/labels":                 ok(`["job","__name__","job","a"]`),
		"/api/v1/label/job/values":       ok(`["b","a"]`),
		"/api/v1/label/U__a_2f_b/values": ok(`null`),
		"/api/v1/label/many/values":      ok(`["e","d","c","b","a","f","g","h","i","j","k","l","m","n","o","p","q","r","s","t","u"]`),
		"/api/v1/series":                 body(200, "application/json", `{"data":[{"__name__":"up","job":"b"},{"job":"a","__name__":"up"},{"__name__":"z"}],"status":"success","warnings":["w"]}`),
		"/api/v1/metadata":               ok(`{"up":[{"type":"gauge","help":"h","unit":""}],"a":[{"type":"counter","help":"2","unit":"s"},{"type":"counter","help":"1","unit":"s"},{"type":"counter","help":"1","unit":"s"}]}`),
	})
	s := open(t, Options{URL: srv.URL, MaxSeries: 2})
	w := sources.Window{Start: noon.Add(-time.Hour), End: noon}
	same := func(what string, got, want any, err error) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", what, err, diff)
		}
	}
	names, err := s.LabelNames(t.Context(), w, "up", "down")
	same("names", names, []string{"__name__", "a", "job"}, err)
	same("asked", srv.last("/api/v1/labels"), "POST /api/v1/labels?end=1712347200&limit=21&match%5B%5D=up&match%5B%5D=down&start=1712343600", nil)
	values, err := s.LabelValues(t.Context(), sources.Window{}, "job")
	same("values", values, []string{"a", "b"}, err)
	same("asked", srv.last("/api/v1/label/job/values"), "GET /api/v1/label/job/values?limit=21", nil)
	values, err = s.LabelValues(t.Context(), w, "a/b")
	same("no values", values, []string(nil), err)
	values, err = s.LabelValues(t.Context(), w, "many")
	same("many values", len(values), 20, err)
	same("note", s.Status().Notes[0], "/api/v1/label/many/values: more than 20 names, the rest was left out", nil)
	page, err := s.Series(t.Context(), w, "up")
	same("series", page, &sources.SeriesPage{
		Source: "prod", Cut: 1, Warnings: []string{"w"},
		Series: []sources.Labels{sources.NewLabels("__name__", "up", "job", "a"), sources.NewLabels("__name__", "up", "job", "b")},
	}, err)
	meta, err := s.Metadata(t.Context(), "")
	same("metadata", meta, []sources.Metadata{{Metric: "a", Type: "counter", Help: "1", Unit: "s"}, {Metric: "a", Type: "counter", Help: "2", Unit: "s"}, {Metric: "up", Type: "gauge", Help: "h"}}, err)
	for _, label := range []string{"", ".", ".."} {
		if _, err := s.LabelValues(t.Context(), w, label); sources.KindOf(err) != sources.KindQuery {
			t.Error(err)
		}
	}
	if _, err := s.Series(t.Context(), w); sources.KindOf(err) != sources.KindQuery {
		t.Error(err)
	}
}

func TestTargetTable(t *testing.T) {
	srv := serve(t, map[string]http.HandlerFunc{"/api/v1/targets": ok(`{"activeTargets":[
		{"labels":{"job":"b","instance":"b:1"},"scrapeUrl":"http://me:hunter2@b:1/metrics?token=hunter2","health":"up","lastScrape":"2024-04-05T19:59:50Z","lastScrapeDuration":0.25,"lastError":""},
		{"labels":{"instance":"a:1"},"scrapePool":"a","scrapeUrl":"http://a:1/metrics","health":"down","lastScrape":"0001-01-01T00:00:00Z","lastError":"Get \"http://x:hunter2@a:1\": refused"},
		{"labels":{"job":"c","instance":"c:1"},"scrapeUrl":"http://c:1/metrics","health":"down","lastScrape":"2024-04-05T19:59:50Z","lastError":"Get \"http://c:1/metrics\": dial tcp: refused"}],"droppedTargets":[]}`)})
	table, err := open(t, Options{URL: srv.URL}).List(t.Context(), "targets")
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(table.Rows)
	if want := `[[{a 0} {a:1 0} {down 0} { NaN} { 0} {Get "http://***@a:1": refused 0} {http://a:1/metrics 0}] [{c 0} {c:1 0} {down 0} { 10} { 0} {dial tcp: refused 0} {http://c:1/metrics 0}] [{b 0} {b:1 0} {up 0} { 10} { 0.25} { 0} {http://b:1/metrics?token=*** 0}]]`; got != want || table.Total != 3 {
		t.Errorf("got %s\nwant %s", got, want)
	}
	for _, row := range table.Rows {
		if len(row) != len(table.Columns) {
			t.Errorf("%d cells in %d columns", len(row), len(table.Columns))
		}
	}
}

func TestRuleTable(t *testing.T) {
	srv := serve(t, map[string]http.HandlerFunc{"/api/v1/rules": ok(`{"groups":[{"name":"g","rules":[
		{"name":"rec","type":"recording","health":"ok","lastEvaluation":"2024-04-05T19:59:00Z","evaluationTime":0.5},
		{"name":"Quiet","type":"alerting","state":"inactive","health":"ok"},
		{"name":"Loud","type":"alerting","state":"firing","health":"ok","labels":{"severity":"critical","a":"b"}},
		{"name":"bad","type":"recording","health":"err","lastError":"boom"}]}]}`)})
	s := open(t, Options{URL: srv.URL, MaxSeries: 3})
	table, err := s.List(t.Context(), "rules")
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, row := range table.Rows {
		order = append(order, row[1].Text)
		if len(row) != len(table.Columns) {
			t.Errorf("%d cells in %d columns", len(row), len(table.Columns))
		}
	}
	if got := strings.Join(order, " "); got != "bad Loud Quiet" || table.Total != 4 || table.Rows[1][8].Text != `{a="b", severity="critical"}` {
		t.Errorf("%s of %d: %v", got, table.Total, table.Rows)
	}
	if _, err := s.List(t.Context(), "processes"); sources.KindOf(err) != sources.KindUnsupported || !strings.Contains(err.Error(), "targets, rules") {
		t.Error(err)
	}
}

func TestAlerts(t *testing.T) {
	var passed atomic.Int64
	srv := serve(t, map[string]http.HandlerFunc{
		"/api/v1/alerts": ok(`{"alerts":[
			{"labels":{"alertname":"Slow","severity":"warning"},"annotations":{"summary":"s"},"state":"pending","activeAt":"2024-04-05T19:50:00Z","value":"1.5e+00"},
			{"labels":{"alertname":"Old"},"state":"inactive"},
			{"labels":{"alertname":"Slow","severity":"critical"},"state":"firing","activeAt":"2024-04-05T19:40:00.5Z","value":"?"}]}`),
		"/api/v1/rules": ok(`{"groups":[{"rules":[{"name":"Slow","query":"x > 1","labels":{"severity":"warning"}},{"name":"Slow","query":"x > 2","labels":{"severity":"critical"}}]}]}`),
	})
	s := open(t, Options{URL: srv.URL, Clock: func() time.Time { return noon.Add(time.Duration(passed.Load())) }})
	got, err := s.Alerts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []sources.Alert{
		{
			Source: "prod", Labels: sources.NewLabels("alertname", "Slow", "severity", "critical"), Annotations: sources.Labels{}, State: sources.AlertFiring,
			Since: noon.Add(-20*time.Minute + 500*time.Millisecond).UTC(), Value: math.NaN(), Expr: "x > 2", Link: srv.URL + "/graph?g0.expr=x+%3E+2&g0.tab=0",
		},
		{
			Source: "prod", Labels: sources.NewLabels("alertname", "Slow", "severity", "warning"), Annotations: sources.NewLabels("summary", "s"), State: sources.AlertPending,
			Since: noon.Add(-10 * time.Minute).UTC(), Value: 1.5, Expr: "x > 1", Link: srv.URL + "/graph?g0.expr=x+%3E+1&g0.tab=0",
		},
	}
	if diff := cmp.Diff(want, got, bits); diff != "" {
		t.Error(diff)
	}
	for _, step := range []struct {
		after time.Duration
		reads int
	}{{0, 1}, {time.Minute, 1}, {5 * time.Minute, 2}} {
		passed.Add(int64(step.after))
		if _, err := s.Alerts(t.Context()); err != nil || srv.count("GET /api/v1/rules") != step.reads {
			t.Errorf("after %v: %v, rules read %d times", step.after, err, srv.count("GET /api/v1/rules"))
		}
	}
}
