package sources

import "time"

// AlertState is the state of a rule's instance.
type AlertState uint8

// The states of an alert.
const (
	AlertPending AlertState = iota
	AlertFiring
	AlertResolved
)

// String is the state's name on the screen.
func (s AlertState) String() string { return [...]string{"pending", "firing", "resolved"}[s] }

// An Alert is one instance of a rule. Its severity is the label of that name.
type Alert struct {
	Source      string
	Labels      Labels
	Annotations Labels
	State       AlertState
	Since       time.Time // when it became active
	Value       float64   // of the expression, NaN if not known
	Expr        string    // empty if not known
	Link        string    // generator URL
}
