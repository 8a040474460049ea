package demo

import (
	"strconv"
	"time"
)

// A service of the shop, seen through the metrics that a Go service exports.
type service struct {
	name, host string
	rate       float64 // requests a second on a quiet day
	latency    float64 // seconds, typical
	slow       float64 // how many times slower at the incident's worst
	errors     float64 // share of requests that fail at the incident's worst
}

var services = []service{
	{"web", "web-1", 240, 0.045, 4, 0.02},
	{"search", "app-1", 90, 0.03, 1.1, 0},
	{"cart", "app-1", 60, 0.02, 1.3, 0.004},
	{"checkout", "app-1", 22, 0.09, 22, 0.21},
	{"payments", "pay-1", 21, 0.12, 30, 0.28},
}

// bounds are the histogram's upper bounds in seconds.
var bounds = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}

func (s *shop) addService(v service, key uint64) {
	id := []string{"instance", v.host + ":8080", "job", v.name, "svc", v.name}
	with := func(pairs ...string) []string { return append(pairs, id...) }
	rate := func(m moment) float64 {
		return v.rate * m.noise(key, 0.12, 40*time.Second) * m.noise(key+1, 0.15, 11*time.Minute) * (1 - 0.3*m.heat*min(v.errors*4, 1))
	}
	failing := func(m moment) float64 { return v.errors*m.heat + 0.0006*m.noise(key+2, 0.9, 20*time.Second) }
	s.counter(func(m moment) float64 { return rate(m) * (1 - failing(m) - 0.01) }, "http_requests_total", with("code", "200")...)
	s.counter(func(m moment) float64 { return rate(m) * 0.01 }, "http_requests_total", with("code", "404")...)
	s.counter(func(m moment) float64 { return rate(m) * failing(m) }, "http_requests_total", with("code", "500")...)

	typical := func(m moment) float64 {
		return v.latency * (1 + (v.slow-1)*m.heat) * m.noise(key+3, 0.15, 30*time.Second)
	}
	for _, le := range bounds {
		s.counter(func(m moment) float64 { return rate(m) * below(le, typical(m)) },
			"http_request_duration_seconds_bucket", with("le", strconv.FormatFloat(le, 'g', -1, 64))...)
	}
	s.counter(rate, "http_request_duration_seconds_bucket", with("le", "+Inf")...)
	s.counter(rate, "http_request_duration_seconds_count", with()...)
	s.counter(func(m moment) float64 { return rate(m) * typical(m) * 1.3 }, "http_request_duration_seconds_sum", with()...)

	s.gauge(func(m moment) float64 {
		return float64(int(90*m.noise(key+4, 0.2, time.Minute) + 900*m.heat*min(v.errors*4, 1)))
	}, "go_goroutines", with()...)
	s.gauge(func(m moment) float64 {
		return 180e6*m.noise(key+5, 0.05, 2*time.Minute) + 3.4e9*m.leak*share(v.name == "payments")
	}, "process_resident_memory_bytes", with()...)
	s.gauge(func(moment) float64 { return 1 }, "up", with()...)
	if v.name == "payments" {
		s.gauge(func(m moment) float64 {
			return float64(int(min(14*m.noise(key+6, 0.4, 20*time.Second)+110*m.heat, 100)))
		}, "db_pool_connections_in_use", with("pool", "orders")...)
		s.gauge(func(moment) float64 { return 100 }, "db_pool_connections_max", with("pool", "orders")...)
	}
}

// below is the share of requests faster than le when typical is the median: a
// log-logistic distribution of shape 3.
func below(le, typical float64) float64 {
	x := le / typical
	return x * x * x / (1 + x*x*x)
}

func share(on bool) float64 {
	if on {
		return 1
	}
	return 0
}
