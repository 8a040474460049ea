// Package config is nightjar's configuration file: what may stand in it, and
// where in it something is wrong. It decodes bytes it is given and does no I/O but
// looking up time zones.
//
// Every problem of a file is found in one go, and each says its line and
// column; of a file with a problem Decode yields nothing else, so that no half of it
// is ever in force.
package config

import (
	"slices"
	"time"

	"nightjar/sources/logs"
)

// A Config is the content of a configuration file. What the file does not say
// is the zero value; Has tells the two apart.
type Config struct {
	Board    string        // name of the first board
	Range    string        // free text, as the range picker takes it
	Refresh  time.Duration // how often boards ask
	Interval time.Duration // how often this machine's cheap collectors run
	Theme    string
	Vars     map[string][]string // values of boards' variables
	ASCII    bool
	Mouse    bool
	ReadOnly bool
	UTC      bool
	LogFile  string
	Keys     map[string][]string // action -> the keys that do it
	Boards   []string            // files and folders of the user's own boards
	Themes   []string            // files and folders of the user's own themes

	Sources       []Source // watched beside this machine
	Logs          []Log    // read beside this machine's
	LogFormats    []*logs.Format
	ScrapeConfigs string // YAML text of jobs in Prometheus's own syntax

	at   map[string]Position
	file string
	text []byte
}

// A Position is a place in a file: line and column, both from 1; the zero
// Position is none.
type Position struct {
	Line, Column int
}

// Has reports whether the file says anything about a key.
func (c *Config) Has(key string) bool {
	_, ok := c.at[key]
	return ok
}

// Problem makes a problem of what the file says about key: the checks that
// need more than the file (whether a theme exists, what a range means) are the
// caller's, and point at the line through this. Parts of a key are joined by
// dots: "keys.quit"; entries of a list count from one: "boards.1".
func (c *Config) Problem(key, message string) *Problem {
	return NewProblem(c.file, c.text, c.at[key], message)
}

// ProblemBelow is a Problem at a line of the value of key, counted from 1.
func (c *Config) ProblemBelow(key string, line int, message string) *Problem {
	at := c.at[key]
	if at.Line > 0 && line > 1 {
		at = Position{Line: at.Line + line - 1, Column: 1}
	}
	return NewProblem(c.file, c.text, at, message)
}

// Keys lists the top-level keys that may stand in the file, sorted.
func Keys() []string {
	names := make([]string, 0, len(fields))
	for _, f := range fields {
		names = append(names, f.name)
	}
	slices.Sort(names)
	return names
}
