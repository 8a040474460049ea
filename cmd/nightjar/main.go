// Command nightjar is the terminal for the person on call. Package main is
// flags, configuration and wiring: it alone knows every adapter. All of it runs
// inside Run, which a test can call.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// version is set by the linker.
var version = "dev"

func main() {
	// A reader that leaves (| head) is an error of that write, not our end:
	// what the program wrote elsewhere is still cleaned up.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	code := Run(ctx, os.Args[1:], Env{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Environ: os.Environ(), Now: time.Now,
	})
	stop()
	os.Exit(code)
}
