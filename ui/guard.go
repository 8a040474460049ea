package ui

import (
	"fmt"
	"runtime/debug"
)

// A panelPanic is a panic that a panel raised: it is shown in its place and
// logged once, and the rest of the screen goes on.
type panelPanic struct {
	value any
	stack []byte
}

func (e *panelPanic) Error() string { return fmt.Sprintf("this panel failed: %v", e.value) }

// guard runs f and keeps a panic as the panel's own failure.
func (p *panelView) guard(f func()) {
	defer func() {
		if v := recover(); v != nil {
			p.broke = &panelPanic{value: v, stack: debug.Stack()}
		}
	}()
	f()
}
