package themes

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/token"
)

// A Problem is one thing wrong with a theme file.
type Problem struct {
	File      string
	Line, Col int // from 1; 0: the file as a whole
	Message   string
}

// Error is "file:line:col: message".
func (p *Problem) Error() string {
	if p.Line == 0 {
		return p.File + ": " + p.Message
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Col, p.Message)
}

// Problems are all that is wrong with a theme file, in the order of its lines.
type Problems []*Problem

// Error is one problem a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As find the first Problem.
func (ps Problems) Unwrap() []error {
	out := make([]error, len(ps))
	for i, p := range ps {
		out[i] = p
	}
	return out
}

// A report collects what is wrong with one file.
type report struct {
	file     string
	problems Problems
}

// at notes a problem at a token of the file; nil is the file as a whole.
func (r *report) at(tk *token.Token, format string, args ...any) {
	p := &Problem{File: r.file, Message: fmt.Sprintf(format, args...)}
	if tk != nil && tk.Position != nil {
		p.Line, p.Col = max(1, tk.Position.Line), max(1, tk.Position.Column)
	}
	r.problems = append(r.problems, p)
}

// err is all problems in order, or nil.
func (r *report) err() error {
	if len(r.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(r.problems, func(a, b *Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Col - b.Col
	})
	return r.problems
}
