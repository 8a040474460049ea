// Package boards is what a dashboard is: rows of panels, their queries, units,
// thresholds and variables, and the native YAML they are written in. It knows
// no terminal and does no I/O: it decodes bytes it is given.
package boards

import (
	"time"

	"nightjar/sources"
)

// A Board is a dashboard. It is immutable once loaded.
type Board struct {
	Name        string // unique; how --board and the palette call it
	Title       string
	Description string
	Range       time.Duration // the range it opens with; 0: the program's
	Refresh     time.Duration // how often it asks; 0: the source's interval
	Needs       []string      // metrics a source must have for this board to be of use to it, see Proposed
	Source      string        // of panels and variables that name none; empty: the default one
	Local       bool          // about what nightjar itself measures; never proposed for another source
	Variables   []Variable
	Rows        []Row
}

// inherit gives the board's source to what names none. Where that is a variable,
// only the variables below it can have it.
func (b *Board) inherit() {
	name, ok := SourceVariable(b.Source)
	for i := range b.Variables {
		v := &b.Variables[i]
		if v.Kind == VarQuery && v.Source == "" && !ok {
			v.Source = b.Source
		}
		ok = ok && v.Name != name
	}
	for r := range b.Rows {
		for i := range b.Rows[r].Panels {
			if p := &b.Rows[r].Panels[i]; p.Source == "" && p.Kind != KindText {
				p.Source = b.Source
			}
		}
	}
}

// A Row is panels side by side, in the order of the file.
type Row struct {
	Title  string
	Panels []Panel
}

// Kind is the form a panel takes.
type Kind string

// The kinds of panels.
const (
	KindGraph   Kind = "graph"
	KindStat    Kind = "stat"
	KindGauge   Kind = "gauge"
	KindBars    Kind = "bars"
	KindTable   Kind = "table"
	KindHeatmap Kind = "heatmap"
	KindText    Kind = "text"
	KindLimits  Kind = "limits"
	KindLogs    Kind = "logs"
)

// Kinds lists every kind.
func Kinds() []Kind {
	return []Kind{KindGraph, KindStat, KindGauge, KindBars, KindTable, KindHeatmap, KindText, KindLimits, KindLogs}
}

// A Panel is one rectangle of a board.
type Panel struct {
	ID          string // unique in the board; made from the title if not given
	Title       string
	Description string // shown by the panel's help
	Kind        Kind
	Source      string    // name of the source, or $name of a source variable; empty: the default one
	Repeat      string    // name of a variable: one panel for each of its values
	RepeatMax   int       // most panels that Repeat makes
	Link        string    // name of the board that enter leads to; empty: the panel full screen
	LinkSet     []Setting // variables there that take their value from the selected row
	Unit        string
	Decimals    *int // digits after the point; nil: as many as fit
	Min, Max    *float64

	// Size: Span of 12 columns, Height in rows including the title. Priority 1
	// is what must be seen on the smallest screen, 3 what may wait below.
	Span      int
	MinWidth  int
	Height    int
	MinHeight int
	Priority  int
	Optional  bool // shown only where all others have the height they want

	Queries    []Query
	Thresholds []Threshold

	Graph   GraphOptions
	Heatmap HeatmapOptions
	Table   TableOptions
	Logs    LogOptions
	Text    string // Markdown, for KindText
	List    string // name of a Lister's table, for KindTable
	Legend  string // "", "right", "bottom", "none": where the legend goes
	Sort    string // legend and bars: "", "last", "max", "min", "avg", "name"
	Top     int    // most series told apart; the rest is counted; 0: as many as can be
}

// A Setting gives a variable the value that a row has for a label, or for a
// column of a listed table. Variables of rows without one stay as they are.
type Setting struct{ Variable, Label string }

// A Query is one expression of a panel.
type Query struct {
	Expr   string
	Legend string // template with {{label}}; empty: labels that tell series apart
	Name   string // limits and tables: what this row or column is
	Unit   string // overrides the panel's
	Hint   string // limits: what to do about it, one sentence
	// Reduce says which value of the range counts where one is shown: "last" (default), "max", "min", "avg".
	Reduce     string
	Every      time.Duration // asked no more often than this; 0: as the board is
	Thresholds []Threshold   // overrides the panel's
	Invert     bool          // graph: drawn below zero, as received beside sent
	Hidden     bool          // asked, but shown only through another (table joins)
}

// Level is how bad it is to be past a threshold.
type Level string

// The levels, mildest first.
const (
	LevelInfo     Level = "info"
	LevelWarning  Level = "warning"
	LevelCritical Level = "critical"
)

// A Threshold marks values at or above At (at or below, if Below).
type Threshold struct {
	At    float64
	Below bool
	Level Level
	Area  bool // graph: the area past it is marked, not only the line
}

// GraphOptions say how a graph draws.
type GraphOptions struct {
	Style string // "line" (default), "area", "bars", "points"
	Stack bool
	// Zero keeps zero on the scale; default for everything but "auto" scales.
	Auto bool
	// Log is a logarithmic value axis: what is not above zero is left out, and said so.
	Log bool
	// Split is the label that a graph of its own is drawn for each value of; empty: all in one.
	Split string
}

// HeatmapOptions say how a heatmap draws.
type HeatmapOptions struct {
	// Scale is how counts become colours: "log" or "linear"; empty: log for
	// histograms, linear for series without buckets.
	Scale string
}

// LogOptions say which lines a panel of logs shows, and how.
type LogOptions struct {
	// Select is which streams of the source, in its own language; empty: all.
	Select  string
	Terms   []sources.LogTerm // tests that lines must pass, when it opens
	Columns []string          // fields in columns of their own
	Wrap    bool              // long lines are wrapped, not cut
}

// TableOptions say which columns a table has, in order.
type TableOptions struct {
	Columns []Column
	Sort    string // column name; a leading "-" sorts descending
	Limit   int    // most rows kept; 0: all
	Only    string // field of the list that a row must have text in; empty: all rows
}

// A Column is one column of a table.
type Column struct {
	Label      string // label whose value it shows, or
	Query      string // name of the query whose value it shows, or
	Field      string // column of the listed table
	Title      string
	Unit       string
	Bar        bool // draw the value as a bar beside the number (of 0 to 1, or 0 to 100 for percent)
	Width      int  // wanted; 0: from the content
	Priority   int  // 1 stays longest when room is short
	Thresholds []Threshold
}
