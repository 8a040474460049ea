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
// are that cannot be unpacked. Names that change while they are listed are
// listed again.
func siblings(path string) (list []sibling, unread int, err error) {
	for try := range 20 {
		before := list
		if try > 1 {
			time.Sleep(time.Duration(try) * time.Millisecond)
		}
		if list, unread, err = listSiblings(path); err != nil {
			return nil, 0, err
		}
		if slices.EqualFunc(before, list, func(a, b sibling) bool { return a.path == b.path && os.SameFile(a.info, b.info) }) {
			break
		}
	}
	return list, unread, nil
}

func listSiblings(path string) (list []sibling, unread int, err error) {
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
			if c.knows(f) != nil {
				continue
			}
			p := c.sibling(f)
			if t, ok := p.text.(*plain); ok {
				t.hold(false)
			}
			parts = append(parts, p)
		}
		id := c.s.olderIDs(len(parts))
		for i, p := range parts {
			p.id = id + int64(i)
		}
		c.parts = append(parts, c.parts...)
	})
}

// sibling makes a part of a rotated file. Its first bytes and what it is are
// read from one open file: the name may be another's by now.
func (c *chain) sibling(f sibling) *part {
	p := c.s.newPart(f.path, f.info.ModTime())
	if f.packed {
		p.text = newPacked(f.path, f.info)
		return p
	}
	t := &plain{path: f.path, info: f.info}
	p.text = t
	if o, err := openPlain(f.path); err == nil && os.SameFile(o.info, f.info) {
		print := make([]byte, printSize)
		n, _ := o.f.ReadAt(print, 0) // an error comes again when it is read
		p.print = print[:n]
		t.f, t.held = o.f, true
	} else if err == nil {
		o.close()
	}
	return p
}

// knows is the part that is this very file. A file that is not open may be
// gone and its inode used anew: then its first bytes tell. c.mu is held.
func (c *chain) knows(f sibling) *part {
	for _, p := range c.parts {
		text := p.content()
		if _, is := text.identity(); os.SameFile(is, f.info) && (text.open() || p.begun64(f)) {
			return p
		}
	}
	return nil
}

// begun64 reports whether a file begins as the part does, as far as that is known.
func (p *part) begun64(f sibling) bool {
	p.mu.RLock()
	print := p.print
	p.mu.RUnlock()
	if len(print) == 0 {
		return true
	}
	head, err := first(f.path, len(print))
	return err != nil || bytes.Equal(head, print)
}

// rescan finds what the parts are called now, takes a compressed file for the
// part that was compressed, and gives the files that came after old was followed
// and before next, oldest first: they were rotated away between two looks. old
// is nil if the log was not rotated. c.mu is held.
func (c *chain) rescan(old, next *part, now time.Time) (missed []sibling) {
	found, unread, err := siblings(c.path)
	if err != nil {
		return nil // no names can be had: what is open stays
	}
	c.unread = unread
	named := map[*part]bool{}
	var unknown []sibling
	for _, f := range found {
		if next != nil && next.is(f.info) {
			break // rotated again: the next look is about that
		}
		p := c.knows(f)
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
		i := -1 // the newest that has its text
		for j, f := range unknown {
			if p.prints(f) {
				i = j
			}
		}
		switch {
		case i >= 0:
			p.become(unknown[i])
			p.orphan, p.retired = time.Time{}, now
			if unknown = slices.Delete(unknown, i, i+1); p == old {
				unknown = unknown[i:]
			}
		case p.orphan.IsZero():
			p.orphan = now
		}
	}
	if old == nil {
		return nil
	}
	return unknown
}

// is reports whether the part is a file.
func (p *part) is(info os.FileInfo) bool {
	_, is := p.content().identity()
	return os.SameFile(is, info)
}

// prints reports whether the text of a sibling is that of the part, as its
// first bytes tell and, if it is not compressed, those that were read last.
func (p *part) prints(f sibling) bool {
	p.mu.RLock()
	print, edge, at := p.print, p.edge, p.scanned
	p.mu.RUnlock()
	if len(print) == 0 {
		return false
	}
	head, err := first(f.path, len(print))
	if err != nil || !bytes.Equal(head, print) || f.packed || len(edge) == 0 {
		return err == nil && bytes.Equal(head, print)
	}
	t, err := openPlain(f.path)
	if err != nil {
		return false
	}
	defer t.close()
	last := make([]byte, len(edge))
	n, _ := t.f.ReadAt(last, at-int64(len(edge))) // what is not there is not the same
	return bytes.Equal(last[:n], edge) || f.info.Size() < at
}

// become makes a sibling with the same text the content of the part. What is indexed stays right.
func (p *part) become(f sibling) {
	var text content
	if f.packed {
		z := newPacked(f.path, f.info)
		p.mu.RLock()
		z.size = p.scanned
		p.mu.RUnlock()
		text = z
	} else {
		t := &plain{path: f.path, info: f.info}
		t.keep()
		text = t
	}
	p.mu.Lock()
	defer p.mu.Unlock()
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
