//go:build e2e

package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A log that grows, is rotated by renaming and emptied in place, is followed on the screen.
func TestE2ETmuxLogFollowed(t *testing.T) {
	bin, err := program()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "app.log")
	said := 0
	say := func(flags int, text string) {
		t.Helper()
		f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY|flags, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		said++
		if _, err := fmt.Fprintf(f, "time=%s level=info n=%d msg=%q\n", time.Now().UTC().Format(time.RFC3339Nano), said, text); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	say(0, "before the start")
	m := newMux(t, "120", "36")
	m.keys(bin+" "+path, "Enter")
	m.sees("before the start", "following")
	say(0, "it grows")
	m.sees("before the start", "it grows")
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	say(0, "after renaming")
	m.sees("before the start", "it grows", "after renaming")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+".2", text, 0o600); err != nil {
		t.Fatal(err)
	}
	say(os.O_TRUNC, "after emptying")
	m.sees("after renaming", "after emptying")
	m.keys("q")
	m.until(func(s string) bool { return !strings.Contains(s, "following") }, "q does not quit")
}

// Standard input and a log of the configuration are logs of the dashboard too; a
// program of the configuration ends with it.
func TestE2ETmuxLogsOfPrograms(t *testing.T) {
	bin, err := program()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	config := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(config, []byte("logs:\n  - {name: ticks, command: [sh, -c, 'echo $$ > "+dir+"/pid; echo a line of ticks; exec sleep 1000']}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	m := newMux(t, "120", "36")
	m.keys("echo piped in | "+bin+" -", "Enter")
	m.sees("piped in", "following")
	m.keys("q")
	m.until(func(s string) bool { return !strings.Contains(s, "following") }, "q does not quit")
	m.keys("clear; "+bin+" --config "+config+" ticks", "Enter")
	m.sees("a line of ticks", "following")
	pid, err := os.ReadFile(filepath.Join(dir, "pid"))
	if err != nil {
		t.Fatal(err)
	}
	m.keys("q")
	m.until(func(s string) bool { return !strings.Contains(s, "following") }, "q does not quit")
	m.keys("clear; kill -0 "+strings.TrimSpace(string(pid))+" || echo it ended", "Enter")
	m.sees("\nit ended")
}

// A log server is found by its URL alone, though it has a page of metrics as well.
func TestE2ELogServerFound(t *testing.T) {
	address := "127.0.0.1:" + freePort(t)
	server(t, "victorialogs", "-storageDataPath="+t.TempDir(), "-httpListenAddr="+address, "-inmemoryDataFlushInterval=1s")
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		if _, err := get("http://" + address + "/health"); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("victorialogs does not answer")
		}
	}
	line := fmt.Sprintf(`{"_time":%q,"_msg":"a line that is stored","app":"x"}`, time.Now().UTC().Format(time.RFC3339Nano))
	resp, err := http.Post("http://"+address+"/insert/jsonline?_stream_fields=app", "application/stream+json", strings.NewReader(line))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	bin, err := program()
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{"http://" + address, "vlogs+http://" + address} {
		m := newMux(t, "120", "36")
		m.keys(bin+" "+target, "Enter")
		m.sees("a line that is stored", "following")
		m.keys("q")
		m.until(func(s string) bool { return !strings.Contains(s, "following") }, "q does not quit")
		m.keys("clear; "+bin+" logs --filter stored "+target, "Enter")
		m.until(func(s string) bool { return strings.Contains(s, "Z a line that is stored") }, "the line is not printed")
	}
}
