package prometheus

import (
	"net/url"
	"strings"
)

// pages of the web interface, and what people copy besides.
var pages = []string{"/graph", "/query", "/alerts", "/targets", "/rules", "/classic", "/vmui", "/api/v1", "/api"}

// base is where the API of u is. Parameters are kept, save those of a page.
func base(u *url.URL) *url.URL {
	b := *u
	b.Path, b.RawPath = strings.TrimRight(b.Path, "/"), ""
	for _, page := range pages {
		if p, ok := strings.CutSuffix(b.Path, page); ok {
			b.Path, b.RawQuery = strings.TrimRight(p, "/"), ""
			break
		}
	}
	return &b
}
