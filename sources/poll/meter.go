package poll

import "time"

// meterSeconds is how far back a rate looks.
const meterSeconds = 10

// A meter counts bytes per second over the last ten seconds.
type meter struct {
	buckets [meterSeconds]uint64
	newest  int64 // second of the newest bucket
}

func (m *meter) advance(now time.Duration) {
	second := int64(now / time.Second)
	if second-m.newest >= meterSeconds {
		m.buckets = [meterSeconds]uint64{}
	} else {
		for s := m.newest + 1; s <= second; s++ {
			m.buckets[s%meterSeconds] = 0
		}
	}
	m.newest = max(m.newest, second)
}

func (m *meter) add(now time.Duration, bytes uint64) {
	m.advance(now)
	m.buckets[m.newest%meterSeconds] += bytes
}

// rate is bytes per second, over what has passed if that is less than ten seconds.
func (m *meter) rate(now time.Duration) float64 {
	m.advance(now)
	var sum uint64
	for _, b := range m.buckets {
		sum += b
	}
	return float64(sum) / min(max(now.Seconds(), 1), meterSeconds)
}
