package sources

// A Histogram is one sample of a native histogram. It is immutable.
// The form is that of Prometheus's HTTP API.
type Histogram struct {
	Count, Sum float64
	Buckets    []Bucket // ascending, those with observations only
}

// A Bucket counts the observations between two values.
type Bucket struct {
	Lower, Upper float64
	Count        float64
	// Bounds says which of both ends belongs to it, in the codes of Prometheus's
	// API: 0 the upper one, 1 the lower one, 2 none, 3 both.
	Bounds uint8
}
