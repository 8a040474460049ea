package config

import (
	"errors"
	"fmt"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// A field is one top-level key and how its value is read.
type field struct {
	name string
	read func(d *decoder, n ast.Node) error
}

// fields is every key that may stand in the file.
var fields = []field{
	{"ascii", truth(func(c *Config) *bool { return &c.ASCII })},
	{"board", text(func(c *Config) *string { return &c.Board })},
	{"boards", texts("boards", func(c *Config) *[]string { return &c.Boards })},
	{"interval", duration(func(c *Config) *time.Duration { return &c.Interval }, MinInterval)},
	{"keys", keys},
	{"log_file", text(func(c *Config) *string { return &c.LogFile })},
	{"log_formats", logFormatList},
	{"logs", logList},
	{"mouse", truth(func(c *Config) *bool { return &c.Mouse })},
	{"range", text(func(c *Config) *string { return &c.Range })},
	{"read_only", truth(func(c *Config) *bool { return &c.ReadOnly })},
	{"refresh", duration(func(c *Config) *time.Duration { return &c.Refresh }, MinRefresh)},
	{"scrape_configs", scrapeConfigs},
	{"sources", sourceList},
	{"theme", text(func(c *Config) *string { return &c.Theme })},
	{"themes", texts("themes", func(c *Config) *[]string { return &c.Themes })},
	{"utc", truth(func(c *Config) *bool { return &c.UTC })},
	{"vars", vars},
}

func text(to func(*Config) *string) func(*decoder, ast.Node) error {
	return func(d *decoder, n ast.Node) error {
		s, err := scalar(n)
		if err == nil && s == "" {
			err = errors.New("is empty; leave the key out for the default")
		}
		if err == nil {
			*to(d.c) = s
		}
		return err
	}
}

func truth(to func(*Config) *bool) func(*decoder, ast.Node) error {
	return func(d *decoder, n ast.Node) error {
		b, ok := n.(*ast.BoolNode)
		if !ok {
			return errors.New("must be true or false")
		}
		*to(d.c) = b.Value
		return nil
	}
}

func duration(to func(*Config) *time.Duration, least time.Duration) func(*decoder, ast.Node) error {
	return func(d *decoder, n ast.Node) error {
		s, err := scalar(n)
		if err != nil {
			return err
		}
		v, err := ParseDuration(s, least)
		if err == nil {
			*to(d.c) = v
		}
		return err
	}
}

func texts(key string, to func(*Config) *[]string) func(*decoder, ast.Node) error {
	return func(d *decoder, n ast.Node) error {
		list, err := scalars(n)
		if err != nil {
			return err
		}
		*to(d.c) = list
		entries := []ast.Node{n}
		if s, ok := n.(*ast.SequenceNode); ok {
			entries = s.Values
		}
		for i, e := range entries {
			d.c.at[fmt.Sprintf("%s.%d", key, i+1)] = position(e)
		}
		return nil
	}
}

func vars(d *decoder, n ast.Node) error {
	d.c.Vars = map[string][]string{}
	return d.each("vars", n, func(name string, v ast.Node) error {
		list, err := scalars(v)
		if err == nil {
			d.c.Vars[name] = list
		}
		return err
	})
}

func keys(d *decoder, n ast.Node) error {
	d.c.Keys = map[string][]string{}
	return d.each("keys", n, func(action string, v ast.Node) error {
		list, err := scalars(v)
		if err == nil {
			d.c.Keys[action] = list
		}
		return err
	})
}

// each hands over the pairs of a mapping. What is wrong with one pair is
// reported at its own line, and the next is read.
func (d *decoder) each(key string, n ast.Node, pair func(name string, v ast.Node) error) error {
	if n.Type() == ast.NullType {
		return nil
	}
	pairs, ok := mapping(n)
	if !ok {
		return errors.New("must be names and values, one a line")
	}
	seen := map[string]Position{}
	for _, p := range pairs {
		name := keyText(p.Key)
		if !d.once(seen, name, p.Key) {
			continue
		}
		at := position(p.Key)
		d.c.at[key+"."+name] = at
		if err := pair(name, p.Value); err != nil {
			d.problem(at, "%s.%s: %v", key, name, err)
		}
	}
	return nil
}

// scalar is the text of a single value as it stands in the file, unquoted:
// numbers and booleans are what the user typed.
func scalar(n ast.Node) (string, error) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, nil
	case *ast.LiteralNode:
		return n.Value.Value, nil
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, nil
	case *ast.NullNode:
		return "", errors.New("has no value")
	case *ast.AliasNode, *ast.AnchorNode, *ast.TagNode:
		return "", errors.New("anchors, aliases and tags are not supported here")
	default:
		return "", errors.New("must be a single value")
	}
}

// scalars is a list of values; a single value is a list of one.
func scalars(n ast.Node) ([]string, error) {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		s, err := scalar(n)
		if err != nil {
			return nil, fmt.Errorf("must be a list such as [a, b]: %w", err)
		}
		return []string{s}, nil
	}
	out := make([]string, 0, len(list.Values))
	for i, v := range list.Values {
		s, err := scalar(v)
		if err != nil {
			return nil, fmt.Errorf("entry %d: %w", i+1, err)
		}
		out = append(out, s)
	}
	return out, nil
}
