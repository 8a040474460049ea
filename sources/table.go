package sources

import (
	"strconv"
	"time"
)

func quote(s string) string { return strconv.Quote(s) }

// A Table is an immutable snapshot of rows, such as processes.
type Table struct {
	Source  string
	Name    string
	Time    time.Time
	Columns []Column
	Rows    [][]Value
	// Total is how many rows there are in truth; more than len(Rows) when a bound cut them.
	Total int
	// Notes say what could not be read and why.
	Notes []string
}

// A Column describes the values below it.
type Column struct {
	Name string // short, as the header shows it
	Unit string // as in boards: "bytes", "percentunit", "s" ...; empty for text
	Text bool   // values are text; otherwise numbers
	Key  bool   // identifies the row across snapshots; several columns may
	Help string // one sentence
}

// A Value is a cell of a table: Text where the column is text, else Number (NaN: none).
type Value struct {
	Text   string
	Number float64
}
