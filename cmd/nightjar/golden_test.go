package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightjar/ui/screen"
)

var update = flag.Bool("update", false, "rewrite the golden frames; read each before it is accepted")

// The demo under a still clock is the same to the last cell, so whole frames can be compared.
func TestGoldenFrames(t *testing.T) {
	f := func(name string, args ...string) {
		t.Helper()
		var out, errs bytes.Buffer
		now := time.Date(2026, 11, 24, 3, 12, 1, 0, time.UTC)
		code := Run(t.Context(), append([]string{"frame", "--demo", "--utc"}, args...), Env{
			Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs,
			Environ: []string{"XDG_CONFIG_HOME=" + t.TempDir()}, Now: func() time.Time { return now },
		})
		if code != 0 {
			t.Fatalf("%s: exit %d: %s", name, code, errs.String())
		}
		path := filepath.Join("testdata", "frames", name+".txt")
		if *update {
			if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatalf("%v; make it with -update and read it", err)
		}
		if out.String() != string(want) {
			t.Errorf("%s differs:\n%s", name, lineDiff(string(want), out.String()))
		}
	}
	sizes := []string{"40x10", "80x24", "120x36", "200x60"}
	if testing.Short() {
		sizes = sizes[:2] // the race detector makes the large ones take a minute
	}
	for _, size := range sizes {
		f("shop-"+size, "--size", size)
		f("host-"+size, "--size", size, "--board", "host")
	}
	f("processes-80x24", "--size", "80x24", "--board", "processes")
	f("sessions-80x24", "--size", "80x24", "--board", "sessions")
	f("host-80x24-ascii", "--size", "80x24", "--board", "host", "--ascii")
	f("shop-80x24-colour", "--size", "80x24", "-o", "ansi")
	f("shop-39x9", "--size", "39x9")
}

func TestGoldenFramesFillTheirSize(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "frames", "*[0-9].txt"))
	if err != nil || len(files) < 8 {
		t.Fatalf("%d golden frames, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		w, h, err := parseSize(name[strings.LastIndexByte(name, '-')+1:])
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
		if len(lines) != h {
			t.Errorf("%s has %d lines", name, len(lines))
		}
		for i, l := range lines {
			if n := screen.Width(l); n != w {
				t.Errorf("%s: line %d is %d columns wide", name, i+1, n)
			}
		}
	}
}

// lineDiff shows the lines that differ, wanted above got.
func lineDiff(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	var out strings.Builder
	for i := range max(len(a), len(b)) {
		var x, y string
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y {
			out.WriteString("- " + x + "\n+ " + y + "\n")
		}
	}
	return out.String()
}
