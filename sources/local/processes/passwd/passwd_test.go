package passwd

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestName(t *testing.T) {
	root := t.TempDir()
	path := filepath.Join(root, "etc", "passwd")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	u := Open(root)
	now := time.Unix(1e9, 0)
	want := func(uid uint32, name string) {
		t.Helper()
		if got := u.Name(uid, now); got != name {
			t.Errorf("%d is %q, want %q", uid, got, name)
		}
	}
	want(0, "0") // no file
	text := "root:x:0:0::/:/bin/sh\n# comment\nbad\n:x:5:\nx:y:z:\ntoor:x:0:0\nnobody:*:4294967295:\nbig:x:4294967296:\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	want(0, "0") // it was looked at a moment ago
	now = now.Add(checkAfter)
	want(0, "root")
	want(5, "5")
	want(4294967295, "nobody")
	if err := os.WriteFile(path, []byte(text+"new:x:7:\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want(7, "7")
	now = now.Add(checkAfter)
	want(7, "new")
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("root:x:0:0::/:/bin/sh\n"))
	f.Fuzz(func(_ *testing.T, b []byte) { parse(b) })
}
