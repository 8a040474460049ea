package boards

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Bounds on a board's file, so that no file can exhaust the machine.
const (
	maxFile  = 256 << 10 // bytes
	maxLine  = 8 << 10   // bytes; also bounds how deep one line can nest
	maxDepth = 100       // brackets open at once
)

// An Option makes Load check more.
type Option func(*options)

type options struct {
	knownUnit func(string) bool
	unchecked bool // the file was checked before: no queries are parsed
}

// KnownUnit makes units that f does not know problems.
func KnownUnit(f func(string) bool) Option { return func(o *options) { o.knownUnit = f } }

// Load decodes a board in native YAML. The keys are the names of the types'
// fields in lower_snake; a query may be its expression alone. What is not given
// is filled in by the panel's kind.
//
// Decoding is strict: an unknown key, a query that does not parse, a name that
// nothing has are problems. All problems of the file are given, in its order; with
// any, the board is nil. A file that is no YAML has one problem. file is only
// its name.
func Load(data []byte, file string, opts ...Option) (*Board, []Problem) {
	r := &reader{file: file, anchors: map[string]ast.Node{}, steps: maxSteps}
	for _, o := range opts {
		o(&r.options)
	}
	b := r.load(data)
	if len(r.problems) > 0 {
		return nil, inOrder(r.problems)
	}
	return b, nil
}

func (r *reader) load(data []byte) (b *Board) {
	text := strings.TrimPrefix(string(data), "\ufeff")
	r.src = newSource(text)
	if !r.sane(text) {
		return nil
	}
	defer func() {
		if v := recover(); v != nil { // the YAML parser's own fault
			r.problem(nil, "this YAML cannot be read: %v", v)
		}
	}()
	f, err := parser.ParseBytes([]byte(text), 0, parser.AllowDuplicateMapKey())
	if err != nil {
		r.syntax(err)
		return nil
	}
	var doc ast.Node
	for _, d := range f.Docs {
		if d.Body == nil || d.Body.Type() == ast.CommentType || d.Body.Type() == ast.DirectiveType {
			continue
		}
		if doc != nil {
			r.problem(d.Body, "a file has one board; this is a second document")
			return nil
		}
		doc = d.Body
	}
	if doc == nil {
		r.problem(nil, "the board is empty; it needs at least rows with panels")
		return nil
	}
	ast.Walk(r, doc)
	b = r.board(doc)
	if r.steps <= 0 {
		r.problem(nil, "the board is too large, or its aliases make it so")
	}
	return b
}

// sane refuses text that would cost the YAML parser more than any board is worth.
func (r *reader) sane(text string) bool {
	if len(text) > maxFile {
		r.problem(nil, "the file is larger than %d kB", maxFile>>10)
		return false
	}
	depth := 0
	for i, line := range r.src.lines {
		if len(line) > maxLine {
			r.problemAt(at{i + 1, 1}, "the line is longer than %d kB", maxLine>>10)
			return false
		}
		if !utf8.ValidString(line) {
			r.problemAt(at{i + 1, 1}, "the line is not valid UTF-8")
			return false
		}
		for j := range len(line) {
			switch line[j] {
			case '[', '{':
				depth++
			case ']', '}':
				depth = max(depth-1, 0)
			}
			if depth > maxDepth {
				r.problemAt(at{i + 1, j + 1}, "more than %d brackets are open here", maxDepth)
				return false
			}
		}
	}
	return true
}

// syntax reports the YAML parser's error.
func (r *reader) syntax(err error) {
	var e yaml.Error
	if !errors.As(err, &e) {
		r.problem(nil, "%v", err)
		return
	}
	where := at{1, 1}
	if t := e.GetToken(); t != nil && t.Position != nil {
		where = at{t.Position.Line, t.Position.Column}
	}
	r.problemAt(where, "%s", e.GetMessage())
}

// fileName is a board's name after its file's.
func fileName(file string) string {
	base := path.Base(strings.ReplaceAll(file, `\`, "/"))
	return slug(strings.TrimSuffix(base, path.Ext(base)))
}

// slug makes a name of a title: lower case, words joined by dashes.
func slug(title string) string {
	var b strings.Builder
	dash := false
	for _, c := range strings.ToLower(title) {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c > 127:
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			dash = false
			b.WriteRune(c)
		default:
			dash = true
		}
	}
	return b.String()
}

// unique is name, or name with a number, so that it is not taken; taken counts
// what was asked for, so that many equal names stay cheap.
func unique(name string, taken map[string]int) string {
	s := name
	for taken[s] > 0 {
		taken[name]++
		s = fmt.Sprintf("%s-%d", name, taken[name])
	}
	taken[s]++
	return s
}
