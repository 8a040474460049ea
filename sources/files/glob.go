package files

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	// maxMatches bounds the matches of a glob that are looked at.
	maxMatches = 200_000
	globEvery  = 5 * time.Second
)

// globs are paths and globs, and when they were last expanded. It is not safe
// for concurrent use.
type globs struct {
	paths []string
	most  int
	any   bool // one is a glob
	next  time.Time
}

func newGlobs(paths []string, most int) globs {
	g := globs{most: most}
	for _, p := range paths {
		p = filepath.Clean(p)
		if !slices.Contains(g.paths, p) {
			g.paths = append(g.paths, p)
		}
		g.any = g.any || isGlob(p)
	}
	return g
}

// isGlob reports whether a path is a glob and not the name of a file that is there.
func isGlob(path string) bool {
	if !strings.ContainsAny(path, "*?[") {
		return false
	}
	_, err := os.Lstat(path)
	return err != nil
}

// due reports whether it is time to look again.
func (g *globs) due() bool { return time.Now().After(g.next) }

// expand gives the files: those that are named, and of those that globs match
// the ones written last, in the order of their names. Notes count the rest.
func (g *globs) expand(ctx context.Context) (paths, notes []string, err error) {
	began := time.Now()
	defer func() { g.next = time.Now().Add(max(globEvery, 50*time.Since(began))) }()
	type match struct {
		path string
		when time.Time
	}
	var found []match
	seen := map[string]bool{}
	for _, p := range g.paths {
		if !isGlob(p) {
			paths, seen[p] = append(paths, p), true
		}
	}
	named := len(paths)
	for _, pattern := range g.paths {
		if !isGlob(pattern) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		names, cut, err := matches(ctx, pattern)
		if err != nil {
			return nil, nil, err
		}
		if cut {
			notes = append(notes, fmt.Sprintf("%s matches more than %d files: the others are not looked at", pattern, maxMatches))
		}
		count := 0
		for _, name := range names {
			if seen[name] {
				continue
			}
			info, err := os.Stat(name)
			if err != nil || !info.Mode().IsRegular() {
				continue // a directory among the matches is no log
			}
			seen[name] = true
			found = append(found, match{name, info.ModTime()})
			count++
		}
		if count == 0 {
			notes = append(notes, fmt.Sprintf("%s matches no file yet", pattern))
		}
	}
	found = slices.DeleteFunc(found, func(m match) bool { return rotatedFrom(m.path, seen) })
	if room := max(g.most-named, 0); len(found) > room {
		slices.SortFunc(found, func(a, b match) int { return b.when.Compare(a.when) })
		notes = append(notes, fmt.Sprintf("%d files match, the %d written last are read, %d are not", len(found), room, len(found)-room))
		found = found[:room]
	}
	slices.SortFunc(found, func(a, b match) int { return strings.Compare(a.path, b.path) })
	for _, m := range found {
		paths = append(paths, m.path)
	}
	return paths, notes, nil
}

// rotatedFrom reports whether a path is a rotated sibling of another one.
func rotatedFrom(path string, all map[string]bool) bool {
	for i := len(path) - 1; i > 0 && path[i] != filepath.Separator; i-- {
		if (path[i] == '.' || path[i] == '-') && suffix.MatchString(path[i:]) && all[path[:i]] {
			return true
		}
	}
	return false
}

// matches are the paths that a glob matches, at most maxMatches.
func matches(ctx context.Context, pattern string) (paths []string, cut bool, err error) {
	if !strings.Contains(pattern, "**") {
		if paths, err = filepath.Glob(pattern); err != nil {
			return nil, false, fmt.Errorf("%s is no glob: %w", pattern, err)
		}
		cut = len(paths) > maxMatches
		return paths[:min(len(paths), maxMatches)], cut, nil
	}
	re, err := deep(pattern)
	if err != nil {
		return nil, false, fmt.Errorf("%s is no glob: %w", pattern, err)
	}
	root := filepath.Dir(pattern[:strings.IndexAny(pattern, "*?[")] + "x")
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return ctx.Err() // a folder that cannot be listed has nothing for us
		}
		if re.MatchString(path) {
			if paths = append(paths, path); len(paths) > maxMatches {
				cut = true
				return fs.SkipAll
			}
		}
		return ctx.Err()
	})
	return paths[:min(len(paths), maxMatches)], cut, err
}

// deep is the regular expression of a glob with **, which stands for any folders, none included.
func deep(pattern string) (*regexp.Regexp, error) {
	var b strings.Builder
	b.WriteString("^")
	for rest := pattern; rest != ""; {
		switch {
		case strings.HasPrefix(rest, "**/"):
			b.WriteString("(?:[^/]+/)*")
			rest = rest[3:]
		case strings.HasPrefix(rest, "**"):
			b.WriteString(".*")
			rest = rest[2:]
		case rest[0] == '*':
			b.WriteString("[^/]*")
			rest = rest[1:]
		case rest[0] == '?':
			b.WriteString("[^/]")
			rest = rest[1:]
		case rest[0] == '[':
			end := strings.IndexByte(rest, ']')
			if end < 0 {
				return nil, filepath.ErrBadPattern
			}
			b.WriteString(rest[:end+1])
			rest = rest[end+1:]
		default:
			_, n := utf8.DecodeRuneInString(rest)
			b.WriteString(regexp.QuoteMeta(rest[:n]))
			rest = rest[n:]
		}
	}
	b.WriteString("$")
	return regexp.Compile(b.String())
}
