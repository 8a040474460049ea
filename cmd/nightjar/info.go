package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"nightjar/sources/engine"
	"nightjar/ui/screen"
)

// A fact is one line of info.
type fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// A chapter is facts of one kind.
type chapter struct {
	Title string `json:"title"`
	Facts []fact `json:"facts"`
}

func (c *chapter) add(name, format string, args ...any) {
	c.Facts = append(c.Facts, fact{name, fmt.Sprintf(format, args...)})
}

func infoCommand(s *session) *cobra.Command {
	format := "text"
	cmd := &cobra.Command{
		Use:   "info",
		Short: "Say what nightjar is, where its files are and what it found here",
		Long: `Say what nightjar is, where its files are, what the terminal can do and what was
found on this machine. Good to have in a report of a fault; it has no secrets in it.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := s.resolve(cmd.Flags(), nil); err != nil {
				return err
			}
			chapters := []chapter{s.programInfo(), s.fileInfo(), s.terminalInfo(), s.machineInfo("/")}
			if format == "json" {
				return writeInfoJSON(s.out, chapters)
			}
			return writeInfo(s.out, chapters)
		},
	}
	cmd.Flags().VarP(&choiceValue{&format, []string{"text", "json"}}, "output", "o", "`FORMAT`: text or json")
	s.addFlags(cmd, "config", "log-file")
	return cmd
}

func writeInfo(w io.Writer, chapters []chapter) error {
	var b strings.Builder
	wide := 0
	for _, c := range chapters {
		for _, f := range c.Facts {
			wide = max(wide, len(f.Name))
		}
	}
	for i, c := range chapters {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s\n", c.Title)
		for _, f := range c.Facts {
			fmt.Fprintf(&b, "  %-*s  %s\n", wide, f.Name, screen.Clean(f.Value))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err //nolint:wrapcheck // said by Run
}

func writeInfoJSON(w io.Writer, chapters []chapter) error {
	all := map[string]map[string]string{}
	for _, c := range chapters {
		m := map[string]string{}
		for _, f := range c.Facts {
			m[f.Name] = f.Value
		}
		all[c.Title] = m
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(all) //nolint:wrapcheck // said by Run
}

func (s *session) programInfo() chapter {
	c := chapter{Title: "program"}
	c.add("version", "%s", version)
	c.add("go", "%s", runtime.Version())
	c.add("platform", "%s/%s", runtime.GOOS, runtime.GOARCH)
	c.add("cores", "%d, of which %d may be used", runtime.NumCPU(), runtime.GOMAXPROCS(0))
	return c
}

// fileInfo says where files are. Opening an engine is the one true test of
// whether there is a place for its run-time directory.
func (s *session) fileInfo() chapter {
	c := chapter{Title: "files"}
	switch path := s.defaultConfig(); {
	case s.path != "":
		c.add("configuration", "%s", s.path)
	case s.unread != nil:
		c.add("configuration", "none; %s", s.unread)
	case path != "":
		c.add("configuration", "none; it would be %s", path)
	default:
		c.add("configuration", "none; there is no home directory")
	}
	own := func(name string, paths []string) {
		if len(paths) > 0 {
			near := make([]string, len(paths))
			for i, p := range paths {
				near[i] = s.near(p)
			}
			c.add(name, "%s", strings.Join(near, ", "))
		}
	}
	own("boards", s.file.Boards)
	own("themes", s.file.Themes)
	if s.set.logFile != "" {
		c.add("log", "%s", s.set.logFile)
	} else {
		c.add("log", "none; --log-file keeps one")
	}
	e, err := engine.Open(engine.Options{})
	if err != nil {
		c.add("run-time directory", "none: %s", oneLine(err))
		return c
	}
	c.add("run-time directory", "a folder in %s, removed at the end", filepath.Dir(e.Dir()))
	if err := e.Close(); err != nil {
		c.add("run-time directory", "%s", oneLine(err))
	}
	return c
}

func (s *session) terminalInfo() chapter {
	c := chapter{Title: "terminal"}
	kind := s.env.variable("TERM")
	if kind == "" {
		kind = "not set"
	}
	c.add("TERM", "%s", kind)
	for _, name := range []string{"COLORTERM", "TERM_PROGRAM", "NO_COLOR", "CLICOLOR_FORCE"} {
		if v := s.env.variable(name); v != "" {
			c.add(name, "%s", v)
		}
	}
	var around []string
	for _, in := range [][2]string{{"TMUX", "tmux"}, {"STY", "screen"}, {"SSH_TTY", "ssh"}} {
		if s.env.variable(in[0]) != "" {
			around = append(around, in[1])
		}
	}
	if len(around) > 0 {
		c.add("inside", "%s", strings.Join(around, ", "))
	}
	if fd, ok := terminal(s.env.Stdout); ok {
		if w, h, err := term.GetSize(fd); err == nil {
			c.add("size", "%dx%d", w, h)
		}
	} else {
		c.add("stdout", "not a terminal")
	}
	colours := colorprofile.Detect(s.env.Stdout, s.env.colours()).String()
	if colours == colorprofile.NoTTY.String() {
		colours = "none"
	}
	c.add("colours", "%s", colours)
	c.add("background", "%s", s.background())
	c.add("locale", "%s", s.locale())
	return c
}

// background asks the terminal; one that does not answer is given up on by lipgloss.
func (s *session) background() string {
	in, isIn := s.env.Stdin.(*os.File)
	out, isOut := s.env.Stdout.(*os.File)
	if !isIn || !isOut || !term.IsTerminal(in.Fd()) || !term.IsTerminal(out.Fd()) {
		return "not known: not a terminal"
	}
	if _, err := lipgloss.BackgroundColor(in, out); err != nil {
		return "not known: the terminal does not say; dark is assumed"
	}
	if lipgloss.HasDarkBackground(in, out) {
		return "dark"
	}
	return "light"
}

// locale is the one that counts for characters, and whether it is UTF-8.
func (s *session) locale() string {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		v := s.env.variable(name)
		if v == "" {
			continue
		}
		if l := strings.ToLower(v); strings.Contains(l, "utf-8") || strings.Contains(l, "utf8") {
			return v
		}
		return v + ", which is not UTF-8; --ascii may look better"
	}
	return "not set; --ascii may look better"
}
