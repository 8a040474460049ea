package procfs

import "testing"

func FuzzParseDirents(f *testing.F) {
	f.Add([]byte("\x01\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x18\x00\x0442\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, pid := range parseDirents(nil, b) {
			if pid <= 0 {
				t.Error(pid)
			}
		}
	})
}
