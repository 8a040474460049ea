package main

import (
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"nightjar/cmd/nightjar/config"
)

// settings are what flags, environment and file agree on.
type settings struct {
	config   string // path of the file; empty: the default one
	board    string
	span     string // --range, as typed
	refresh  time.Duration
	interval time.Duration
	theme    string
	vars     map[string][]string // texts given to each, in their order
	headers  []string            // of --header, as typed
	demo     bool
	ascii    bool
	noMouse  bool
	readOnly bool
	utc      bool
	logFile  string
}

// A setting is one flag with the environment variable and the key of the file
// that it beats.
type setting struct {
	flag  string
	key   string // of the file; empty: it cannot stand there
	usage string
	bind  func(s *settings) pflag.Value
	value func(c *config.Config) string // as the flag would say it
}

// variable is the environment variable of the setting.
func (t setting) variable() string {
	return "NIGHTJAR_" + strings.ToUpper(strings.ReplaceAll(t.flag, "-", "_"))
}

// allSettings are the names of all settings, as the dashboard takes them.
var allSettings = []string{
	"config", "board", "range", "refresh", "interval", "theme", "var", "header", "demo", "ascii", "no-mouse", "read-only", "utc", "log-file",
}

func settingsTable() []setting {
	return []setting{
		{
			"config", "", "configuration `FILE` (default $XDG_CONFIG_HOME/nightjar/config.yaml)",
			func(s *settings) pflag.Value { return (*textValue)(&s.config) }, nil,
		},
		{
			"board", "board", "`NAME` of the first board",
			func(s *settings) pflag.Value { return (*textValue)(&s.board) },
			func(c *config.Config) string { return c.Board },
		},
		{
			"range", "range", "`RANGE` shown: 2h, or \"2026-11-24 03:00..04:00\"",
			func(s *settings) pflag.Value { return (*textValue)(&s.span) },
			func(c *config.Config) string { return c.Range },
		},
		{
			"refresh", "refresh", "`DURATION` between two looks at a source (default: as often as it has new samples)",
			func(s *settings) pflag.Value { return &durationValue{&s.refresh, config.MinRefresh} },
			func(c *config.Config) string { return c.Refresh.String() },
		},
		{
			"interval", "interval", "`DURATION` between two samples of this machine (default 2s)",
			func(s *settings) pflag.Value { return &durationValue{&s.interval, config.MinInterval} },
			func(c *config.Config) string { return c.Interval.String() },
		},
		{
			"theme", "theme", "`NAME` of the theme (default: dark or light, by the terminal's background)",
			func(s *settings) pflag.Value { return (*textValue)(&s.theme) },
			func(c *config.Config) string { return c.Theme },
		},
		{
			"var", "vars", "`NAME=VALUE` of a board's variable; may be repeated, also for several values of one; VALUE may be All or a,b",
			func(s *settings) pflag.Value { return &varsValue{&s.vars} }, nil,
		},
		{
			"header", "", "`NAME:VALUE` sent to every TARGET that is a URL; VALUE may be @FILE or $VARIABLE; may be repeated",
			func(s *settings) pflag.Value { return &listValue{&s.headers} }, nil,
		},
		{
			"demo", "", "a made-up shop with an incident instead of this machine",
			func(s *settings) pflag.Value { return (*boolValue)(&s.demo) }, nil,
		},
		{
			"ascii", "ascii", "draw with 7-bit characters only",
			func(s *settings) pflag.Value { return (*boolValue)(&s.ascii) },
			func(c *config.Config) string { return strconv.FormatBool(c.ASCII) },
		},
		{
			"no-mouse", "mouse", "leave the mouse to the terminal",
			func(s *settings) pflag.Value { return (*boolValue)(&s.noMouse) },
			func(c *config.Config) string { return strconv.FormatBool(!c.Mouse) },
		},
		{
			"read-only", "read_only", "nothing can be changed anywhere, not even a silence",
			func(s *settings) pflag.Value { return (*boolValue)(&s.readOnly) },
			func(c *config.Config) string { return strconv.FormatBool(c.ReadOnly) },
		},
		{
			"utc", "utc", "show times in UTC",
			func(s *settings) pflag.Value { return (*boolValue)(&s.utc) },
			func(c *config.Config) string { return strconv.FormatBool(c.UTC) },
		},
		{
			"log-file", "log_file", "append what happens to `FILE`",
			func(s *settings) pflag.Value { return (*textValue)(&s.logFile) },
			func(c *config.Config) string { return c.LogFile },
		},
	}
}

// addFlags gives cmd the flags of the named settings.
func (s *session) addFlags(cmd *cobra.Command, names ...string) {
	for _, t := range settingsTable() {
		if !slices.Contains(names, t.flag) {
			continue
		}
		v := t.bind(&s.set)
		f := cmd.Flags().VarPF(v, t.flag, "", t.usage)
		if v.Type() == "bool" {
			f.NoOptDefVal = "true"
		}
		f.Annotations = map[string][]string{settingMark: {t.flag}}
	}
	for flag, ext := range map[string][]string{"config": {"yaml", "yml"}, "log-file": nil} {
		if cmd.Flags().Lookup(flag) != nil {
			_ = cmd.MarkFlagFilename(flag, ext...) // fails only for a flag that is not there
		}
	}
}

// settingMark tells the flags of settings from a command's own of the same name.
const settingMark = "nightjar-setting"

// settle fills the settings that no flag gave from the environment and then
// the file, and keeps where each came from for messages.
func (s *session) settle(flags *pflag.FlagSet) error {
	for _, t := range settingsTable() {
		f := flags.Lookup(t.flag)
		if f == nil || f.Annotations[settingMark] == nil || t.flag == "config" || t.flag == "var" || t.flag == "header" {
			continue
		}
		switch env := s.env.variable(t.variable()); {
		case f.Changed:
			s.origin[t.flag] = "--" + t.flag
		case env != "":
			if err := f.Value.Set(env); err != nil {
				return failed(exitUsage, "%s: %w", t.variable(), err)
			}
			s.origin[t.flag] = t.variable()
		default:
			if err := t.fromFile(s.file, f.Value); err != nil {
				return err
			}
		}
	}
	return s.settleVars()
}

// fromFile gives v what the file says about the setting, if it says anything.
func (t setting) fromFile(c *config.Config, v pflag.Value) error {
	if t.value == nil || !c.Has(t.key) {
		return nil
	}
	if err := v.Set(t.value(c)); err != nil {
		return c.Problem(t.key, fmt.Sprintf("%s: %v", t.key, err))
	}
	return nil
}

// settleVars merges variables by name: flags beat the environment, which beats the file.
func (s *session) settleVars() error {
	given := s.set.vars
	s.asked = slices.Sorted(maps.Keys(given))
	s.set.vars = map[string][]string{}
	maps.Copy(s.set.vars, s.file.Vars)
	if env := s.env.variable("NIGHTJAR_VAR"); env != "" {
		r := csv.NewReader(strings.NewReader(env))
		r.LazyQuotes, r.TrimLeadingSpace = true, true
		pairs, err := r.Read()
		if err != nil {
			return failed(exitUsage, "NIGHTJAR_VAR: %w; write a=1,b=2 or \"a=1,2\",b=3", err)
		}
		var named map[string][]string
		v := varsValue{&named}
		for _, pair := range pairs {
			if err := v.Set(strings.TrimSpace(pair)); err != nil {
				return failed(exitUsage, "NIGHTJAR_VAR: %w; write a=1,b=2", err)
			}
		}
		maps.Copy(s.set.vars, named)
	}
	maps.Copy(s.set.vars, given)
	return nil
}

// blame says where the value of a setting came from: the flag, the variable,
// or the line of the file.
func (s *session) blame(flag string, err error) error {
	if origin := s.origin[flag]; origin != "" {
		return failed(exitUsage, "%s: %w", origin, err)
	}
	for _, t := range settingsTable() {
		if t.flag == flag && t.key != "" && s.file.Has(t.key) {
			return s.file.Problem(t.key, fmt.Sprintf("%s: %v", t.key, err))
		}
	}
	return failed(exitUsage, "%s: %w", flag, err)
}
