package wire

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// zstdWindow bounds what a compressed answer may make us hold.
const zstdWindow = 8 << 20

// ErrTooLarge is what a body gives past its limit.
var ErrTooLarge = errors.New("too large")

// A limited reader fails with ErrTooLarge after n bytes.
type limited struct {
	r io.Reader
	n int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.n <= 0 {
		var one [1]byte
		if n, err := l.r.Read(one[:]); n == 0 {
			return 0, err
		}
		return 0, ErrTooLarge
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.n)])
	l.n -= int64(n)
	return n, err
}

// PlainBody is the body of an answer uncompressed, at most limit bytes of it, then
// ErrTooLarge. Call done after reading.
func PlainBody(resp *http.Response, limit int64) (body io.Reader, done func(), err error) {
	done = func() {}
	body = resp.Body
	switch e := strings.ToLower(strings.TrimSpace(resp.Header.Get("Content-Encoding"))); e {
	case "", "identity":
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(body)
		if err != nil {
			return nil, done, fmt.Errorf("gzip: %w", err)
		}
		body = z
	case "zstd":
		z, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(zstdWindow), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, done, fmt.Errorf("zstd: %w", err)
		}
		body, done = z, z.Close
	default:
		return nil, done, fmt.Errorf("it is compressed with %.20q, which was not asked for", e)
	}
	return &limited{body, limit}, done, nil
}
