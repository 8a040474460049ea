package main

import (
	"context"
	"fmt"
)

func openDashboard(_ context.Context, s *session) int {
	fmt.Fprintln(s.env.Stderr, "nightjar: the dashboard is not wired yet")
	return exitFailed
}
