package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// MaxSize is the most bytes a configuration file may have.
const MaxSize = 1 << 20

// Decode reads the text of a configuration file; file is its name for
// messages. An empty file is a Config that says nothing. Every error is a
// Problems.
func Decode(file string, text []byte) (*Config, error) {
	c, problems := Inspect(file, text)
	if len(problems) > 0 {
		return nil, problems
	}
	return c, nil
}

// Inspect reads what can be read of a configuration file, for those who look
// for more that is wrong with it; who uses a file takes Decode. What has a
// problem is as if the file did not say it. The Config is never nil.
func Inspect(file string, text []byte) (c *Config, problems Problems) {
	nothing := func() *Config { return &Config{file: file, text: text, at: map[string]Position{}} }
	if len(text) > MaxSize {
		return nothing(), Problems{NewProblem(file, nil, Position{}, fmt.Sprintf("more than %d bytes: is this a configuration?", MaxSize))}
	}
	d := &decoder{c: nothing()}
	// The parser is not ours, and the file may be anything.
	defer func() {
		if v := recover(); v != nil {
			c, problems = nothing(), Problems{NewProblem(file, nil, Position{}, fmt.Sprintf("is not YAML that can be read (%v)", v))}
		}
	}()
	d.file(text)
	return d.c, d.problems.Sorted(file)
}

type decoder struct {
	c        *Config
	problems Problems
	formats  logFormats
}

func (d *decoder) problem(at Position, format string, args ...any) {
	d.problems = append(d.problems, NewProblem(d.c.file, d.c.text, at, fmt.Sprintf(format, args...)))
}

func (d *decoder) file(text []byte) {
	tree, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		d.yamlProblem(err)
		return
	}
	docs := 0
	for _, doc := range tree.Docs {
		if doc.Body == nil || doc.Body.Type() == ast.NullType || doc.Body.Type() == ast.CommentType {
			continue
		}
		if docs++; docs > 1 {
			d.problem(position(doc.Body), "a second document: the file is one")
			return
		}
		d.document(doc.Body)
	}
}

func (d *decoder) document(body ast.Node) {
	pairs, ok := mapping(body)
	if !ok {
		d.problem(position(body), "is not a list of keys and values, such as \"theme: night\"")
		return
	}
	seen := map[string]Position{}
	for _, pair := range pairs {
		name := keyText(pair.Key)
		if !d.once(seen, name, pair.Key) {
			continue
		}
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
		if i < 0 {
			d.problem(position(pair.Key), "unknown key %q%s", name, suggest(name, Keys()))
			continue
		}
		d.c.at[name] = position(pair.Value)
		if d.c.at[name] == (Position{}) || pair.Value.Type() == ast.NullType {
			d.c.at[name] = position(pair.Key)
		}
		if err := fields[i].read(d, pair.Value); err != nil {
			d.problem(d.c.at[name], "%s: %v", name, err)
			delete(d.c.at, name)
		}
	}
	d.nameFormats()
	d.tellApart()
}

// once reports whether a key stands here for the first time; it is a problem if not.
func (d *decoder) once(seen map[string]Position, name string, key ast.Node) bool {
	first, twice := seen[name]
	if twice {
		d.problem(position(key), "mapping key %q already defined at [%d:%d]", name, first.Line, first.Column)
		return false
	}
	seen[name] = position(key)
	return true
}

// yamlProblem keeps the place and the sentence of an error of the YAML library.
func (d *decoder) yamlProblem(err error) {
	var y yaml.Error
	if !errors.As(err, &y) || y.GetToken() == nil || y.GetToken().Position == nil {
		d.problem(Position{}, "%s", firstLine(err.Error()))
		return
	}
	p := y.GetToken().Position
	d.problem(Position{p.Line, p.Column}, "%s", firstLine(y.GetMessage()))
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}

// mapping gives the pairs of a node that is a mapping.
func mapping(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	default:
		return nil, false
	}
}

func position(n ast.Node) Position {
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return Position{}
	}
	if m, ok := mapping(n); ok && len(m) > 0 && m[0].Key != nil && m[0].Key.GetToken() != nil {
		p := m[0].Key.GetToken().Position
		return Position{p.Line, p.Column}
	}
	p := n.GetToken().Position
	return Position{p.Line, p.Column}
}

func keyText(n ast.MapKeyNode) string {
	if s, ok := n.(*ast.StringNode); ok {
		return s.Value
	}
	return n.String()
}

// suggest is ": did you mean ...?" when a known word is near.
func suggest(word string, known []string) string {
	best, least := "", 3
	for _, k := range known {
		if n := distance(strings.ToLower(strings.ReplaceAll(word, "-", "_")), k); n < least {
			best, least = k, n
		}
	}
	if best == "" {
		return "; known are " + strings.Join(known, ", ")
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// distance is the Levenshtein distance, of at most 64 bytes of each word.
func distance(a, b string) int {
	a, b = a[:min(len(a), 64)], b[:min(len(b), 64)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			next := diagonal
			if a[i] != b[j] {
				next = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], next
		}
	}
	return row[len(b)]
}

// Names gives the top-level keys of a YAML file, by which it can be told what
// kind of file it is; none if it is not one of keys and values.
func Names(text []byte) (names []string) {
	defer func() {
		if recover() != nil { // the parser is not ours, and the file may be anything
			names = nil
		}
	}()
	if len(text) > MaxSize {
		return nil
	}
	tree, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil
	}
	for _, doc := range tree.Docs {
		pairs, _ := mapping(doc.Body)
		for _, p := range pairs {
			names = append(names, keyText(p.Key))
		}
	}
	return names
}
