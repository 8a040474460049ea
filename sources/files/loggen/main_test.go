package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"
)

func made(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	if err := run(args, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	if first := made(t, "-lines", "5000"); first != made(t, "-lines", "5000") {
		t.Error("two runs differ")
	}
	if made(t, "-lines", "50") == made(t, "-lines", "50", "-seed", "2") {
		t.Error("the seed changes nothing")
	}
}

func TestSizeIsABoundOfWholeLines(t *testing.T) {
	text := made(t, "-size", "2MiB")
	if n := len(text); n > 2<<20 || n < 2<<20-8<<10 || text[n-1] != '\n' {
		t.Errorf("%d bytes that end with %q", n, text[n-20:])
	}
	lines := strings.Count(text, "\n")
	if mean := len(text) / lines; mean < 130 || mean > 170 {
		t.Errorf("%d bytes a line", mean)
	}
	for _, want := range []string{"\n{\"ts\":", "\ntime=", "\nNov 24 ", " HTTP/1.1\" ", " INFO  [http", "\n\tat org."} {
		if strings.Count(text, want) < 20 {
			t.Errorf("%q is there %d times", want, strings.Count(text, want))
		}
	}
}

func TestRateIsOfLines(t *testing.T) {
	text := made(t, "-rate", "20000", "-for", "50ms", "-now")
	if lines := strings.Count(text, "\n"); lines < 1000 || lines > 1000+25 {
		t.Errorf("%d lines", lines)
	}
	if day := time.Now().UTC().Format("2006-01-02"); !strings.Contains(text, day) {
		t.Errorf("no line of %s", day)
	}
}

func TestWhatCannotBeMadeIsAnError(t *testing.T) {
	for _, args := range [][]string{{}, {"-size", "-1"}, {"-size", "9999999999GiB"}, {"-size", "1TB"}, {"-lines", "1", "x"}} {
		if err := run(args, io.Discard, io.Discard); err == nil {
			t.Errorf("%q is no error", args)
		}
	}
}
