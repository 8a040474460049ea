package prometheus

import (
	"bytes"
	"mime"
	"regexp"
)

// sample is a line of the text format: name{labels} value, and a timestamp perhaps.
var sampleLine = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*(?:\{[^\n]*\})?[ \t]+(?:[-+]?[0-9.][0-9a-fA-FxX.eE+-]*|[-+]?Inf|NaN)(?:[ \t][^\n]*)?$`)

// isExposition tells whether a body is metrics, by its type or else by its
// first lines: comments and samples, at least one that only metrics have.
func isExposition(contentType string, body []byte) bool {
	kind, params, _ := mime.ParseMediaType(contentType)
	switch {
	case kind == "application/openmetrics-text":
		return true
	case kind == "application/vnd.google.protobuf":
		return params["proto"] == "io.prometheus.client.MetricFamily"
	case kind == "text/plain" && (params["version"] == "0.0.4" || params["version"] == "1.0.0"):
		return true
	case kind == "text/html" || kind == "application/json":
		return false
	}
	metrics := 0
	for range 20 {
		line, rest, found := bytes.Cut(body, []byte("\n"))
		if !found && metrics > 0 {
			break // the last line may be cut
		}
		line = bytes.TrimRight(line, "\r \t")
		switch {
		case len(line) == 0:
		case bytes.HasPrefix(line, []byte("# HELP ")), bytes.HasPrefix(line, []byte("# TYPE ")), bytes.HasPrefix(line, []byte("# UNIT ")), sampleLine.Match(line):
			metrics++
		case line[0] != '#':
			return false
		}
		if !found {
			break
		}
		body = rest
	}
	return metrics > 0
}
