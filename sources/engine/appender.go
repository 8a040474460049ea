package engine

import (
	"context"
	"time"

	"github.com/prometheus/prometheus/model/exemplar"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/metadata"
	"github.com/prometheus/prometheus/storage"
)

// Appender starts a transaction. References it gives may be kept for later
// transactions: one that has become void in between is ignored and the labels
// count, so labels must always be given too. Exemplars are not kept.
func (e *Engine) Appender(ctx context.Context) storage.Appender {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.store == nil {
		return closedAppender{}
	}
	e.watchClock(ctx)
	e.store.acquire()
	return &appender{Appender: e.store.head.Appender(ctx), engine: e, store: e.store, epoch: e.epoch}
}

// watchClock notes the time and, where it went back, drops the samples of the
// future. e.mu is held.
func (e *Engine) watchClock(ctx context.Context) {
	now := e.o.Clock()
	if !now.Before(e.highest.Add(-setBack)) {
		if now.After(e.highest) {
			e.highest = now
		}
		return
	}
	back := e.highest.Sub(now)
	e.highest, e.truncated = now, now
	e.rewinds++
	fresh, err := openStore(e.dir.path, e.o.Window, e.o.Logger)
	if err != nil {
		// The samples of the future stay, and new ones are refused until then.
		e.o.Logger.Error("clock set back, but no new head could be opened", "source", e.o.Name, "back", back, "err", err)
		return
	}
	if err := e.store.copyUntil(ctx, fresh, now.UnixMilli()); err != nil {
		e.o.Logger.Warn("clock set back, older samples are lost", "source", e.o.Name, "back", back, "err", err)
	}
	old := e.store
	e.store = fresh
	e.epoch++
	e.o.Logger.Warn("clock set back, samples after now are dropped", "source", e.o.Name, "back", back)
	if err := old.release(); err != nil {
		e.o.Logger.Warn("close the old head", "source", e.o.Name, "err", err)
	}
}

// truncate drops what is older than the window, at most once in a sixteenth of it.
func (e *Engine) truncate(s *store) error {
	e.mu.Lock()
	now := e.highest
	due := now.Sub(e.truncated) >= max(e.o.Window/16, time.Second)
	if due {
		e.truncated = now
	}
	e.mu.Unlock()
	if !due {
		return nil
	}
	// The margin keeps it clear of readers, which keep to the window as it was
	// when they began, and so of waiting for them.
	return s.head.Truncate(now.Add(-e.o.Window - e.o.Timeout - time.Second).UnixMilli())
}

// epochBits are the top bits of a reference; the head counts series from one
// up, so it never needs them.
const epochShift = 48

// An appender marks references with the head they belong to: after a rewind the
// same number would mean another series.
type appender struct {
	storage.Appender
	engine *Engine
	store  *store
	epoch  uint64
}

func (a *appender) in(ref storage.SeriesRef) storage.SeriesRef {
	if uint64(ref)>>epochShift != a.epoch&0xffff {
		return 0
	}
	return ref & (1<<epochShift - 1)
}

func (a *appender) out(ref storage.SeriesRef) storage.SeriesRef {
	if ref == 0 {
		return 0
	}
	return ref | storage.SeriesRef(a.epoch&0xffff)<<epochShift
}

// Append adds a sample, see storage.Appender.
func (a *appender) Append(ref storage.SeriesRef, l labels.Labels, t int64, v float64) (storage.SeriesRef, error) {
	ref, err := a.Appender.Append(a.in(ref), l, t, v)
	return a.out(ref), err
}

// AppendExemplar forgets the exemplar: nothing draws them.
func (a *appender) AppendExemplar(storage.SeriesRef, labels.Labels, exemplar.Exemplar) (storage.SeriesRef, error) {
	return 0, nil
}

// AppendHistogram adds a native histogram, see storage.Appender.
func (a *appender) AppendHistogram(ref storage.SeriesRef, l labels.Labels, t int64, h *histogram.Histogram, fh *histogram.FloatHistogram) (storage.SeriesRef, error) {
	ref, err := a.Appender.AppendHistogram(a.in(ref), l, t, h, fh)
	return a.out(ref), err
}

// AppendHistogramSTZeroSample adds a zero at the start of a histogram, see storage.Appender.
func (a *appender) AppendHistogramSTZeroSample(ref storage.SeriesRef, l labels.Labels, t, st int64, h *histogram.Histogram, fh *histogram.FloatHistogram) (storage.SeriesRef, error) {
	ref, err := a.Appender.AppendHistogramSTZeroSample(a.in(ref), l, t, st, h, fh)
	return a.out(ref), err
}

// AppendSTZeroSample adds a zero at the start of a counter, see storage.Appender.
func (a *appender) AppendSTZeroSample(ref storage.SeriesRef, l labels.Labels, t, st int64) (storage.SeriesRef, error) {
	ref, err := a.Appender.AppendSTZeroSample(a.in(ref), l, t, st)
	return a.out(ref), err
}

// UpdateMetadata forgets the metadata: nothing asks for it.
func (a *appender) UpdateMetadata(ref storage.SeriesRef, _ labels.Labels, _ metadata.Metadata) (storage.SeriesRef, error) {
	return ref, nil
}

// Commit makes the samples visible, all at once.
func (a *appender) Commit() error {
	if err := a.Appender.Commit(); err != nil {
		_ = a.store.release() // the commit's error is the one to report
		return err
	}
	if err := a.engine.truncate(a.store); err != nil {
		a.engine.o.Logger.Warn("drop old samples", "source", a.engine.o.Name, "err", err)
	}
	return a.store.release()
}

// Rollback forgets the samples.
func (a *appender) Rollback() error {
	err := a.Appender.Rollback()
	if rerr := a.store.release(); err == nil {
		err = rerr
	}
	return err
}

// A closedAppender refuses everything.
type closedAppender struct{}

func (closedAppender) Append(storage.SeriesRef, labels.Labels, int64, float64) (storage.SeriesRef, error) {
	return 0, errClosed
}

func (closedAppender) AppendExemplar(storage.SeriesRef, labels.Labels, exemplar.Exemplar) (storage.SeriesRef, error) {
	return 0, errClosed
}

func (closedAppender) AppendHistogram(storage.SeriesRef, labels.Labels, int64, *histogram.Histogram, *histogram.FloatHistogram) (storage.SeriesRef, error) {
	return 0, errClosed
}

func (closedAppender) AppendHistogramSTZeroSample(storage.SeriesRef, labels.Labels, int64, int64, *histogram.Histogram, *histogram.FloatHistogram) (storage.SeriesRef, error) {
	return 0, errClosed
}

func (closedAppender) AppendSTZeroSample(storage.SeriesRef, labels.Labels, int64, int64) (storage.SeriesRef, error) {
	return 0, errClosed
}

func (closedAppender) UpdateMetadata(storage.SeriesRef, labels.Labels, metadata.Metadata) (storage.SeriesRef, error) {
	return 0, errClosed
}
func (closedAppender) SetOptions(*storage.AppendOptions) {}
func (closedAppender) Commit() error                     { return errClosed }
func (closedAppender) Rollback() error                   { return nil }
