package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/cpuguy83/go-md2man/v2/md2man"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"nightjar/ui/keys"
)

// manCommand prints the manual page, made from the commands themselves.
func manCommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "man",
		Short: "Print the manual page",
		Long:  "Print the manual page as roff. To read it: nightjar man | man -l -",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			page := md2man.Render([]byte(manual(cmd.Root())))
			page = bytes.ReplaceAll(page, []byte(".TS\nallbox;\n"), []byte(".TS\n")) // lines around every cell drown the words
			_, err := s.out.Write(page)
			return err //nolint:wrapcheck // said by Run
		},
	}
}

// noArgs refuses arguments.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return misused("%s: takes no arguments, got %q", cmd.Name(), args[0])
	}
	return nil
}

// manual is the page in the Markdown that md2man reads.
func manual(root *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%% NIGHTJAR 1 \"\" \"nightjar %s\" \"User Commands\"\n\n", root.Version)
	fmt.Fprintf(&b, "# NAME\n\nnightjar - %s\n\n", strings.ToLower(root.Short[:1])+root.Short[1:])
	b.WriteString("# SYNOPSIS\n\n")
	fmt.Fprintf(&b, "**nightjar** %s\n\n", escapeMarkdown(strings.TrimPrefix(root.UseLine(), "nightjar ")))
	for _, c := range subcommands(root) {
		fmt.Fprintf(&b, "**%s** %s\n\n", c.CommandPath(), escapeMarkdown(strings.TrimSpace(strings.TrimPrefix(c.Use, c.Name()))))
	}
	fmt.Fprintf(&b, "# DESCRIPTION\n\n%s\n\n", escapeMarkdown(root.Long))
	b.WriteString("# OPTIONS\n\n")
	writeOptions(&b, root.Flags())
	b.WriteString("# COMMANDS\n\n")
	for _, c := range subcommands(root) {
		fmt.Fprintf(&b, "### %s\n\n", escapeMarkdown(c.CommandPath()+strings.TrimPrefix(c.Use, c.Name())))
		text := c.Long
		if text == "" {
			text = c.Short + "."
		}
		writeText(&b, text)
		writeOptions(&b, c.Flags())
	}
	b.WriteString("# KEYS\n\nThe configuration gives actions other keys: *keys: {quit: [q, ctrl+q]}*.\n\n")
	b.WriteString(keyTables(keys.Default(), "###"))
	b.WriteString(`# ENVIRONMENT

**NIGHTJAR_***
:   Every option has a variable: **NIGHTJAR_RANGE** is **--range**, **NIGHTJAR_NO_MOUSE** is **--no-mouse**, **NIGHTJAR_VAR** is a list *a=1,b=2*, in quotes what has commas itself: *"a=1,2",b=3*. Options beat variables, variables beat the file. Variables that are empty count as not set.

**XDG_CONFIG_HOME**
:   Where the configuration is: *$XDG_CONFIG_HOME/nightjar/config.yaml*, or *~/.config/nightjar/config.yaml*.

**NO_COLOR**, **CLICOLOR_FORCE**, **COLORTERM**, **TERM**
:   What colours the terminal has.

**TZ**
:   The time zone of times on the screen.

# FILES

*~/.config/nightjar/config.yaml*
:   The configuration. Its keys are board, range, refresh, interval, theme, vars, ascii, mouse, read_only, utc, log_file, keys (action: list of keys, see KEYS), boards and themes (files and folders of your own), sources, scrape_configs, logs and log_formats. It need not exist. **nightjar check** says what is wrong with it.

# EXIT STATUS

**0**
:   All went well.

**1**
:   A query failed, or a checked file has problems.

**2**
:   Wrong usage, a broken configuration, or no terminal to draw on.

**3**
:   A source could not be reached.

# EXAMPLES

`)
	writeText(&b, root.Example)
	return b.String()
}

func subcommands(root *cobra.Command) []*cobra.Command {
	var list []*cobra.Command
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			list = append(append(list, c), subcommands(c)...)
		}
	}
	return list
}

// writeText writes prose; indented lines stay as they are.
func writeText(b *strings.Builder, text string) {
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "  "); ok {
			fmt.Fprintf(b, "    %s", rest)
		} else {
			b.WriteString(escapeMarkdown(line))
		}
	}
	b.WriteString("\n\n")
}

func writeOptions(b *strings.Builder, flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		name := "**--" + f.Name + "**"
		if f.Shorthand != "" {
			name = "**-" + f.Shorthand + "**, " + name
		}
		if f.NoOptDefVal == "" && value != "" {
			name += " *" + value + "*"
		}
		if f.DefValue != "" && f.DefValue != "false" {
			usage += " (default " + f.DefValue + ")"
		}
		fmt.Fprintf(b, "%s\n:   %s\n\n", name, escapeMarkdown(usage))
	})
}

// escapeMarkdown keeps characters that Markdown would take for its own.
func escapeMarkdown(s string) string {
	return strings.NewReplacer("*", `\*`, "_", `\_`, "<", `\<`, "[", `\[`, "]", `\]`, "|", `\|`).Replace(s)
}
