package config

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Problem is one thing that is wrong with a file, and where.
type Problem struct {
	File     string
	Position // zero: the file as a whole
	Message  string
	Line     string // the text of the line; empty if there is none
}

// Error is file:line:col: message.
func (p *Problem) Error() string {
	if p.Position.Line == 0 {
		return fmt.Sprintf("%s: %s", p.File, p.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Position.Line, p.Column, p.Message)
}

// Excerpt is the line with a mark below the column, each ending in a newline;
// empty if there is no line to show. Tabs are blanks in it.
func (p *Problem) Excerpt() string {
	if p.Line == "" {
		return ""
	}
	number := fmt.Sprintf("%5d", p.Position.Line)
	text := strings.ReplaceAll(p.Line, "\t", " ")
	before := []rune(text)
	before = before[:min(len(before), max(0, p.Column-1))]
	return fmt.Sprintf("%s | %s\n%s | %s^\n", number, text,
		strings.Repeat(" ", len(number)), strings.Repeat(" ", len(before)))
}

// Problems are all that is wrong with a file, in the order of its lines.
type Problems []*Problem

// Sorted is the problems without repetitions: those of file by line, then those
// of other files in the order they are in.
func (p Problems) Sorted(file string) Problems {
	seen := map[string]bool{}
	var all Problems
	for _, x := range p {
		if key := x.Error(); !seen[key] {
			seen[key] = true
			all = append(all, x)
		}
	}
	other := func(x *Problem) int {
		if x.File == file {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(all, func(a, b *Problem) int {
		if o := cmp.Compare(other(a), other(b)); o != 0 || a.File != file {
			return o
		}
		return cmp.Or(cmp.Compare(a.Position.Line, b.Position.Line), cmp.Compare(a.Column, b.Column))
	})
	return all
}

// Error is the problems, one a line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, x := range p {
		lines[i] = x.Error()
	}
	return strings.Join(lines, "\n")
}

// NewProblem makes a problem at a place of a file whose content is text.
func NewProblem(file string, text []byte, at Position, message string) *Problem {
	p := &Problem{File: file, Position: at, Message: message}
	lines := bytes.Split(text, []byte("\n"))
	if at.Line > 0 && at.Line <= len(lines) {
		line := string(bytes.TrimRight(lines[at.Line-1], "\r"))
		// A minified file has lines that no screen can show.
		const most = 200
		if r := []rune(line); len(r) > most {
			line = string(r[:most])
		}
		p.Line = line
	}
	return p
}
