package scrape

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"
)

// reports are the series that Prometheus writes about a scrape itself. They are
// kept even when the bound on series is reached: a target that is down must show.
var reports = map[string]bool{
	"up": true, "scrape_duration_seconds": true, "scrape_samples_scraped": true,
	"scrape_samples_post_metric_relabeling": true, "scrape_series_added": true,
	"scrape_timeout_seconds": true, "scrape_sample_limit": true, "scrape_body_size_bytes": true,
}

// Appender starts the transaction of one scrape; see storage.Appendable. It
// hides the engine's own, so that nobody fills the engine past the bound.
func (s *Source) Appender(ctx context.Context) storage.Appender {
	t, _ := scrape.TargetFromContext(ctx)
	return &appender{Appender: s.Engine.Appender(ctx), source: s, target: t}
}

// An appender leaves out samples that would need a series past the bound, and
// counts what a scrape gave.
type appender struct {
	storage.Appender
	source  *Source
	target  *scrape.Target // nil: not known
	samples float64        // as the last report says
	leftOut int
}

// Append adds a sample, see storage.Appender. A sample that is left out is no
// error, which would fail the rest of the page: it gets no reference.
func (a *appender) Append(ref storage.SeriesRef, l labels.Labels, t int64, v float64) (_ storage.SeriesRef, err error) {
	defer a.contain(&err)
	name := l.Get(model.MetricNameLabel)
	if name == "scrape_samples_scraped" {
		a.samples = v // a federated page may have this too, but the report is written last
	}
	if ref != 0 {
		return a.Appender.Append(ref, l, t, v)
	}
	a.source.admission.Lock()
	defer a.source.admission.Unlock()
	if !a.room(reports[name]) {
		a.leftOut++
		return 0, nil
	}
	return a.Appender.Append(ref, l, t, v)
}

// AppendHistogram adds a native histogram, see Append.
func (a *appender) AppendHistogram(ref storage.SeriesRef, l labels.Labels, t int64, h *histogram.Histogram, fh *histogram.FloatHistogram) (_ storage.SeriesRef, err error) {
	defer a.contain(&err)
	if ref != 0 {
		return a.Appender.AppendHistogram(ref, l, t, h, fh)
	}
	a.source.admission.Lock()
	defer a.source.admission.Unlock()
	if !a.room(false) {
		a.leftOut++
		return 0, nil
	}
	return a.Appender.AppendHistogram(ref, l, t, h, fh)
}

// Commit makes the scrape visible and tells of it.
func (a *appender) Commit() (err error) {
	defer a.contain(&err)
	if err := a.Appender.Commit(); err != nil {
		return err
	}
	a.source.tallies.add(a.target, int(a.samples), a.leftOut)
	a.source.arrived()
	return nil
}

// room reports whether one more series may be held. Reports may pass the bound
// by a tenth. Admission is locked.
func (a *appender) room(report bool) bool {
	most := a.source.o.MaxSeries
	if report {
		most += most/10 + 100
	}
	return a.source.Engine.Series() < most
}

// contain turns a panic of the storage into the error of one scrape.
func (a *appender) contain(err *error) {
	if p := recover(); p != nil {
		a.source.o.Logger.Error("storage panicked", "panic", p, "stack", string(debug.Stack()))
		*err = fmt.Errorf("internal error: %v", p)
	}
}
