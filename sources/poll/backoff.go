package poll

import "time"

const (
	firstBackoff = time.Second
	lastBackoff  = time.Minute
	// maxRetryAfter bounds what a source may ask of us, so that a bad header cannot silence it for good.
	maxRetryAfter = time.Hour
)

// backoff is how long to wait after so many failures in a row: 1 s, doubled
// each time up to 60 s, spread by up to a quarter either way (random is in
// [0,1)), within those bounds, and never less than the source asked for.
func backoff(failures int, random float64, retryAfter time.Duration) time.Duration {
	d := lastBackoff
	if n := max(failures, 1) - 1; n < 6 {
		d = firstBackoff << n
	}
	d = time.Duration(float64(d) * (0.75 + random/2))
	d = min(max(d, firstBackoff), lastBackoff)
	return max(d, min(retryAfter, maxRetryAfter))
}
