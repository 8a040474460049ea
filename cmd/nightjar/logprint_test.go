package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"nightjar/sources"
	"nightjar/sources/feed"
)

// A kindOnly is a source of a kind.
type kindOnly struct{ name, kind string }

func (k kindOnly) Name() string           { return k.name }
func (k kindOnly) Close() error           { return nil }
func (k kindOnly) Status() sources.Status { return sources.Status{Kind: k.kind} }

// What has no time in its text is printed behind it; what has is printed as it was written.
func TestLinesWithoutATimeAreDated(t *testing.T) {
	var b strings.Builder
	parts := []feed.Part{{Source: kindOnly{"ssh", "journal"}}, {Source: kindOnly{"app.log", "files"}}}
	p := newLogPrinter(&b, "text", parts, time.UTC)
	at := time.Date(2026, 11, 24, 3, 12, 0, 0, time.UTC)
	for _, l := range []sources.LogLine{
		{Source: "ssh", Time: at, Raw: "sshd[7]: closed"},
		{Source: "app.log", Time: at, Raw: "03:12:00 closed"},
		{Source: "ssh", Lost: 3, Body: "cut"},
	} {
		if err := p.print(&l); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.flush(); err != nil {
		t.Fatal(err)
	}
	want := "ssh: 2026-11-24T03:12:00.000Z sshd[7]: closed\napp.log: 03:12:00 closed\n--- ssh: 3 lines missing: cut\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

// What a log holds reaches a terminal as text alone; a pipe gets it as it was written.
func TestLinesForATerminalAreHarmless(t *testing.T) {
	const raw = "\x1b[2J\x1b[31mred\x1b[0m \x07bell\nnext"
	for clean, want := range map[bool]string{true: "red \u2407bell\nnext\n", false: raw + "\n"} {
		var b strings.Builder
		p := newLogPrinter(&b, "text", nil, time.UTC)
		p.clean = clean
		if err := errors.Join(p.print(&sources.LogLine{Raw: raw}), p.flush()); err != nil || b.String() != want {
			t.Errorf("clean %v: %q, %v, want %q", clean, b.String(), err, want)
		}
	}
}
