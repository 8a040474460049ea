package files

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// suffix is what rotation appends to a name: .1, .2.gz, -20260101.zst, .2026-01-01, -2026-01-01-13.
var suffix = regexp.MustCompile(`^[.-](?:(\d{1,5})|(\d{4}-?\d{2}-?\d{2}(?:[-_T.]?\d{2}(?:[-:_.]?\d{2}){0,2}|[-.]\d{1,10})?))(?:\.(gz|zst|bz2|xz|lz4))?$`)

// A sibling is a file that rotation left beside a log.
type sibling struct {
	path   string
	info   os.FileInfo
	number int    // .1 is the newest; -1: dated
	date   string // digits
	packed bool
}

// siblings are the rotated files of a path, oldest first, and how many there
// are that cannot be unpacked.
func siblings(path string) (list []sibling, unread int, err error) {
	dir, base := filepath.Split(path)
	entries, err := os.ReadDir(cmp.Or(dir, "."))
	if err != nil {
		return nil, 0, err
	}
	for _, e := range entries {
		name, ok := strings.CutPrefix(e.Name(), base)
		if !ok {
			continue
		}
		m := suffix.FindStringSubmatch(name)
		if m == nil {
			continue
		}
		if m[3] == "xz" || m[3] == "lz4" {
			unread++
			continue
		}
		s := sibling{path: filepath.Join(dir, e.Name()), number: -1, packed: m[3] != ""}
		if s.info, err = os.Stat(s.path); err != nil || !s.info.Mode().IsRegular() {
			continue // gone in between, or not ours
		}
		if m[1] != "" {
			s.number, _ = strconv.Atoi(m[1])
		} else {
			s.date = strings.Map(func(r rune) rune {
				if r < '0' || r > '9' {
					return -1
				}
				return r
			}, m[2])
		}
		list = append(list, s)
	}
	slices.SortFunc(list, older)
	return list, unread, nil
}

// older orders siblings: by number or date where both have one, else by when they were last written.
func older(a, b sibling) int {
	switch {
	case a.number >= 0 && b.number >= 0:
		return cmp.Or(cmp.Compare(b.number, a.number), a.info.ModTime().Compare(b.info.ModTime()))
	case a.number < 0 && b.number < 0:
		return cmp.Or(strings.Compare(a.date, b.date), a.info.ModTime().Compare(b.info.ModTime()))
	}
	return cmp.Or(a.info.ModTime().Compare(b.info.ModTime()), strings.Compare(a.path, b.path))
}

// list finds the rotated siblings that are there when the log is opened.
func (c *chain) list() {
	c.listed.Do(func() {
		found, unread, err := siblings(c.path)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.unread = unread
		if err != nil {
			return // the directory may be traversed but not listed: there are none to be had
		}
		var parts []*part
		for _, f := range found {
			if c.knows(f.info) != nil {
				continue
			}
			parts = append(parts, c.sibling(f))
		}
		for i, p := range parts {
			p.id = c.s.olderIDs(len(parts)) + int64(i)
		}
		c.parts = append(parts, c.parts...)
	})
}

// sibling makes a part of a rotated file.
func (c *chain) sibling(f sibling) *part {
	p := c.s.newPart(f.path, f.info.ModTime())
	if f.packed {
		p.text = newPacked(f.path, f.info)
	} else {
		p.text = &plain{path: f.path, info: f.info}
		p.print, _ = first(f.path, printSize) // an error comes again when it is read
	}
	return p
}

// knows is the part that is this very file. c.mu is held.
func (c *chain) knows(info os.FileInfo) *part {
	for _, p := range c.parts {
		if _, is := p.content().identity(); os.SameFile(is, info) {
			return p
		}
	}
	return nil
}

// rescan finds what the parts are called now, takes a compressed file for the
// part that was compressed, and gives the files that were written and rotated
// away after old was, oldest first. old is nil if the log was not rotated. c.mu is held.
func (c *chain) rescan(old *part, now time.Time) (missed []sibling) {
	found, unread, err := siblings(c.path)
	if err != nil {
		return nil // no names can be had: what is open stays
	}
	c.unread = unread
	named := map[*part]bool{}
	var unknown []sibling
	for _, f := range found {
		p := c.knows(f.info)
		if p == nil {
			unknown = append(unknown, f)
			continue
		}
		p.content().moved(f.path, f.info)
		named[p] = true
		if p == old {
			unknown = unknown[:0] // those are older
		}
	}
	for _, p := range c.parts {
		if named[p] || p == c.live && old == nil {
			p.orphan = time.Time{}
			continue
		}
		i := slices.IndexFunc(unknown, p.prints)
		switch {
		case i >= 0:
			p.become(unknown[i])
			p.orphan = time.Time{}
			unknown = slices.Delete(unknown, i, i+1)
		case p.orphan.IsZero():
			p.orphan = now
		}
	}
	if old == nil {
		return nil
	}
	return unknown
}

// prints reports whether the text of a sibling begins as that of the part does.
func (p *part) prints(f sibling) bool {
	p.mu.RLock()
	print, size := p.print, p.scanned
	p.mu.RUnlock()
	if len(print) == 0 || !f.packed && f.info.Size() < size {
		return false
	}
	head, err := first(f.path, len(print))
	return err == nil && bytes.Equal(head, print)
}

// become makes a sibling with the same text the content of the part. What is indexed stays right.
func (p *part) become(f sibling) {
	var text content = &plain{path: f.path, info: f.info}
	p.mu.Lock()
	defer p.mu.Unlock()
	if f.packed {
		z := newPacked(f.path, f.info)
		z.size = p.scanned
		text = z
	}
	p.text.close()
	p.text, p.path = text, f.path
}

// first is the first bytes of a file's text.
func first(path string, n int) ([]byte, error) {
	in, err := unpack(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	buf := make([]byte, n)
	n, err = fill(in, buf)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return buf[:n], nil
}
