package main

import (
	"errors"
	"fmt"

	"nightjar/cmd/nightjar/config"
	"nightjar/sources"
)

// The exit codes.
const (
	exitOK          = 0
	exitFailed      = 1 // the query failed, a file has problems
	exitUsage       = 2 // wrong flags or arguments, broken configuration, no terminal
	exitUnreachable = 3 // a source could not be reached
)

// A failure is an error that knows its exit code.
type failure struct {
	code int
	err  error
	hint bool // point to --help
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// failed makes an error that ends the program with code.
func failed(code int, format string, args ...any) error {
	return &failure{code: code, err: fmt.Errorf(format, args...)}
}

// unreachable is that a target does not answer, or says that it is something else.
func unreachable(r *remote, err error) error {
	return &failure{code: exitUnreachable, err: &targetError{r.origin, err}}
}

// A targetError says once what it is about: the origin, not the source's name as well.
type targetError struct {
	origin string
	err    error
}

func (e *targetError) Error() string { return e.origin + ": " + sources.Reason(e.err) }
func (e *targetError) Unwrap() error { return e.err }

// misused makes a usage error, which is shown with a hint to --help.
func misused(format string, args ...any) error {
	return &failure{code: exitUsage, err: fmt.Errorf(format, args...), hint: true}
}

// errInterrupted is the end of something that was told to stop: nobody's fault,
// but there is no answer either.
var errInterrupted = errors.New("interrupted")

// errSilent is a failure that has said what there is to say.
var errSilent = errors.New("")

// exitCode is the code an error ends the program with.
func exitCode(err error) int {
	var f *failure
	var problems config.Problems
	var problem *config.Problem
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &f):
		return f.code
	case errors.As(err, &problems), errors.As(err, &problem):
		return exitUsage
	case sources.KindOf(err) == sources.KindUnavailable:
		return exitUnreachable
	default:
		return exitFailed
	}
}
