// Command loggen writes a made-up log of several formats to its output: the same
// bytes for the same seed. It is what the speed of logs is measured with.
//
//	go run ./sources/files/loggen -size 1GiB > mixed.log
//	go run ./sources/files/loggen -rate 10000 -for 30s -now >> live.log
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "loggen:", err)
		}
		os.Exit(1)
	}
}

// run writes what the arguments say.
func run(args []string, out, messages io.Writer) error {
	f := flag.NewFlagSet("loggen", flag.ContinueOnError)
	f.SetOutput(messages)
	size := f.String("size", "", "write whole lines up to `BYTES`: 128MiB, 1GiB")
	lines := f.Int("lines", 0, "write `N` lines and those of the trace that the last begins")
	rate := f.Int("rate", 0, "write `N` lines a second")
	length := f.Duration("for", 10*time.Second, "how long, with -rate")
	seed := f.Uint64("seed", 1, "the same `SEED` gives the same lines")
	now := f.Bool("now", false, "the lines are said now; else from 2026-11-24T00:00:00Z on, some eighty a second and more in bursts")
	if err := f.Parse(args); err != nil {
		return err //nolint:wrapcheck // the flag package says it all
	}
	g := newGenerator(*seed)
	if *now {
		g.clock = time.Now
	}
	w := bufio.NewWriterSize(out, 256<<10)
	var err error
	switch {
	case f.NArg() > 0:
		err = fmt.Errorf("%q: there are no arguments, only flags", f.Arg(0))
	case *size != "":
		var most int64
		if most, err = parseSize(*size); err == nil {
			err = g.upTo(w, most)
		}
	case *lines > 0:
		for n := 0; n < *lines && err == nil; n += g.lines {
			_, err = w.Write(g.next())
		}
	case *rate > 0:
		err = g.steadily(w, *rate, *length)
	default:
		err = errors.New("say how much: -size, -lines or -rate")
	}
	if flushed := w.Flush(); err == nil {
		err = flushed
	}
	if errors.Is(err, syscall.EPIPE) {
		return nil // whoever read it has enough
	}
	return err
}

// parseSize reads a number of bytes with a unit: KiB, MiB, GiB or none.
func parseSize(text string) (int64, error) {
	number, unit := text, int64(1)
	for _, u := range []struct {
		name  string
		bytes int64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}} {
		if rest, ok := strings.CutSuffix(text, u.name); ok {
			number, unit = rest, u.bytes
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n <= 0 || n > 1<<53/unit {
		return 0, fmt.Errorf("-size %q: write a number of bytes, or of KiB, MiB or GiB", text)
	}
	return n * unit, nil
}

// upTo writes records as long as they fit.
func (g *generator) upTo(w io.Writer, most int64) error {
	for {
		b := g.next()
		if most -= int64(len(b)); most < 0 {
			return nil
		}
		if _, err := w.Write(b); err != nil {
			return err //nolint:wrapcheck // that of the output
		}
	}
}

// steadily writes rate lines a second, a hundredth of them at once.
func (g *generator) steadily(w *bufio.Writer, rate int, length time.Duration) error {
	began := time.Now()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for written := 0; ; {
		passed := min(time.Since(began), length)
		for due := int(passed.Seconds() * float64(rate)); written < due; written += g.lines {
			if _, err := w.Write(g.next()); err != nil {
				return err //nolint:wrapcheck // that of the output
			}
		}
		if err := w.Flush(); err != nil || passed == length {
			return err //nolint:wrapcheck // that of the output
		}
		<-tick.C
	}
}
