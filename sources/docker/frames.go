package docker

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// Streams in the header of a frame. A terminal's output has no frames.
const (
	streamStdin = iota
	streamStdout
	streamStderr
	streamSystem // an error of the engine's own
	streams
)

// maxFrame bounds a frame, and a line, in bytes. Engines split lines at 16 KiB.
const maxFrame = 1 << 20

// A said is a line as the engine tells it.
type said struct {
	stream int
	at     time.Time // zero: the engine did not say
	text   []byte    // good until the next line is read
}

// readFrames reads the multiplexed stream of a container without a terminal:
//
//	[stream, 0, 0, 0, size (4 bytes, big endian)] [size bytes] ...
//
// Each frame begins with a time. One without a line end goes on in the next of its
// stream. A frame that is cut is not told: io.ErrUnexpectedEOF.
func readFrames(in *bufio.Reader, tell func(said) error, idle func()) error {
	var head [8]byte
	var body []byte
	var open [streams]struct {
		at   time.Time
		text []byte
	}
	for {
		if _, err := io.ReadFull(in, head[:]); err != nil {
			if !errors.Is(err, io.EOF) {
				return err
			}
			for stream := range open { // a last line without an end
				if o := &open[stream]; len(o.text) > 0 {
					if err := tell(said{stream, o.at, o.text}); err != nil {
						return err
					}
				}
			}
			return io.EOF
		}
		stream, size := head[0], binary.BigEndian.Uint32(head[4:])
		if stream >= streams || head[1]|head[2]|head[3] != 0 || size > maxFrame {
			return fmt.Errorf("% x is no header of a frame", head)
		}
		body = slices.Grow(body[:0], int(size))[:size]
		if _, err := io.ReadFull(in, body); err != nil {
			if errors.Is(err, io.EOF) && size > 0 {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
		o := &open[stream] //nolint:gosec // below streams, see above
		for rest := body; len(rest) > 0; {
			line, after, ended := bytes.Cut(rest, []byte{'\n'})
			rest = after
			at, text := cutTime(line)
			if len(o.text) == 0 {
				o.at = at
			}
			o.text = append(o.text, text...)
			if !ended && stream != streamSystem && len(o.text) < maxFrame {
				break
			}
			if err := tell(said{int(stream), o.at, o.text}); err != nil {
				return err
			}
			o.text = o.text[:0]
		}
		if in.Buffered() == 0 {
			idle()
		}
	}
}

// readRaw reads the output of a container with a terminal: lines alone.
func readRaw(in *bufio.Reader, tell func(said) error, idle func()) error {
	var long []byte
	for {
		part, err := in.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) && !errors.Is(err, io.EOF) {
			return err
		}
		long = append(long, part...)
		if err != nil && !errors.Is(err, io.EOF) && len(long) < maxFrame {
			continue
		}
		if len(long) > 0 {
			at, text := cutTime(bytes.TrimRight(long, "\r\n"))
			if err := tell(said{streamStdout, at, text}); err != nil {
				return err
			}
			long = long[:0]
		}
		if errors.Is(err, io.EOF) {
			return io.EOF
		}
		if in.Buffered() == 0 {
			idle()
		}
	}
}

// cutTime takes off the time that the engine puts before a line.
func cutTime(line []byte) (time.Time, []byte) {
	word, rest, _ := bytes.Cut(line, []byte{' '})
	if len(word) > len("2006-01-02T15:04:05.000000000+00:00") {
		return time.Time{}, line
	}
	at, err := time.Parse(time.RFC3339Nano, string(word))
	if err != nil {
		return time.Time{}, line
	}
	return at, rest
}
