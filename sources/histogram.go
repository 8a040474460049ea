package sources

// A Histogram is one sample of a native histogram. It is immutable.
// The form is that of Prometheus's HTTP API.
type Histogram struct {
	Count, Sum float64
	Buckets    []Bucket // ascending, those with observations only
}

// Histogram is the native histogram of sample i, nil where that is a number or a gap.
func (s *Series) Histogram(i int) *Histogram {
	if i < len(s.Histograms) {
		return s.Histograms[i]
	}
	return nil
}

// Quantile is the bucket that the q-quantile (0 to 1) lies in. It is false where
// there is none: no observations, or that one is NaN, which is in no bucket.
func (h *Histogram) Quantile(q float64) (Bucket, bool) {
	rank := q * h.Count
	if !(rank > 0) {
		return Bucket{}, false
	}
	for _, b := range h.Buckets {
		if rank -= b.Count; rank <= 0 {
			return b, true
		}
	}
	return Bucket{}, false
}

// A Bucket counts the observations between two values.
type Bucket struct {
	Lower, Upper float64
	Count        float64
	// Bounds says which of both ends belongs to it, in the codes of Prometheus's
	// API: 0 the upper one, 1 the lower one, 2 none, 3 both.
	Bounds uint8
}
