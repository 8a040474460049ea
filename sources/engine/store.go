package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync/atomic"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
)

const (
	// stripes is the size of the head's hash map of series. The default of
	// 16384 costs 2 MB before the first series; we have hundreds, not millions.
	stripes = 64
	// samplesPerChunk: a chunk has a fixed cost of some 200 bytes besides its
	// data, and a quiet series needs 2 bits a sample.
	samplesPerChunk = 240
)

// A store is a head and how many use it. It is closed when the last one leaves,
// so that a swap never waits for a slow query.
type store struct {
	head *tsdb.Head
	refs atomic.Int32 // starts at one, the engine's own
}

func openStore(dir string, window time.Duration, logger *slog.Logger) (*store, error) {
	o := tsdb.DefaultHeadOptions()
	o.ChunkDirRoot = dir
	// A head refuses samples that are older than its newest by half of this.
	o.ChunkRange = 2 * window.Milliseconds()
	o.SamplesPerChunk = samplesPerChunk
	o.StripeSize = stripes
	o.ChunkWriteQueueSize = 0 // no goroutine: nothing is written
	o.WALReplayConcurrency = 1
	h, err := tsdb.NewHead(nil, logger, nil, nil, o, nil)
	if err != nil {
		return nil, fmt.Errorf("open the time series head: %w", err)
	}
	if err := h.Init(math.MinInt64); err != nil {
		return nil, errors.Join(fmt.Errorf("open the time series head: %w", err), h.Close())
	}
	s := &store{head: h}
	s.refs.Store(1)
	return s, nil
}

func (s *store) acquire() { s.refs.Add(1) }

// release closes the head when nobody is left. Head.Close writes out every
// complete chunk, so all samples are dropped before.
func (s *store) release() error {
	if s.refs.Add(-1) > 0 {
		return nil
	}
	var err error
	if _, maxt, ok := s.bounds(); ok {
		err = s.head.Truncate(maxt + 1)
	}
	return errors.Join(err, s.head.Close())
}

// bounds are the times of the oldest and the newest sample, if there is one.
func (s *store) bounds() (mint, maxt int64, ok bool) {
	mint, maxt = s.head.MinTime(), s.head.MaxTime()
	return mint, maxt, mint != math.MaxInt64 && mint != math.MinInt64 && maxt >= mint
}

// querier reads [mint, maxt]. The caller holds a reference for as long as it is open.
func (s *store) querier(mint, maxt int64) (storage.Querier, error) {
	if oldest, _, ok := s.bounds(); !ok || maxt < mint || maxt < oldest {
		return storage.NoopQuerier(), nil
	}
	q, err := tsdb.NewBlockQuerier(tsdb.NewRangeHead(s.head, mint, maxt), mint, maxt)
	if err != nil {
		return nil, fmt.Errorf("open a reader: %w", err)
	}
	return q, nil
}

// querier keeps to [mint, ...] and lets go of its store when it is closed.
type querier struct {
	storage.Querier
	mint  int64
	store *store
	done  atomic.Bool
}

// Select overrides hints that reach further back: the head follows them, not
// the bounds of the reader, and would meet chunks that truncation takes away.
func (q *querier) Select(ctx context.Context, sortSeries bool, hints *storage.SelectHints, ms ...*labels.Matcher) storage.SeriesSet {
	if hints != nil && hints.Start < q.mint {
		h := *hints
		h.Start = q.mint
		hints = &h
	}
	return q.Querier.Select(ctx, sortSeries, hints, ms...)
}

// Close ends the reader; only the first call counts.
func (q *querier) Close() error {
	if q.done.Swap(true) {
		return nil
	}
	return errors.Join(q.Querier.Close(), q.store.release())
}

// copyUntil appends all float samples of s before end to dst. Histograms are
// left behind: nothing of ours collects them.
func (s *store) copyUntil(ctx context.Context, dst *store, end int64) error {
	mint, maxt, ok := s.bounds()
	if !ok || mint >= end {
		return nil
	}
	q, err := s.querier(mint, min(maxt, end-1))
	if err != nil {
		return err
	}
	defer func() { _ = q.Close() }() // a reader's Close only frees memory
	app := dst.head.Appender(ctx)
	set := q.Select(ctx, false, nil, labels.MustNewMatcher(labels.MatchRegexp, model.MetricNameLabel, ".*"))
	var it chunkenc.Iterator
	for set.Next() {
		series := set.At()
		it = series.Iterator(it)
		lset := series.Labels()
		var ref storage.SeriesRef
		for vt := it.Next(); vt != chunkenc.ValNone; vt = it.Next() {
			if vt != chunkenc.ValFloat {
				continue
			}
			t, v := it.At()
			if ref, err = app.Append(ref, lset, t, v); err != nil {
				return errors.Join(err, app.Rollback())
			}
		}
		if err := it.Err(); err != nil {
			return errors.Join(err, app.Rollback())
		}
	}
	if err := set.Err(); err != nil {
		return errors.Join(err, app.Rollback())
	}
	return app.Commit()
}
