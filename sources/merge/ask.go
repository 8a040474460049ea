package merge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"nightjar/sources"
)

// An answer is what one part gave: a value or an error.
type answer[T any] struct {
	part  *part
	value T
	err   error
}

// errCannot is the answer of a part that has no such capability: it is no part of this.
var errCannot = errors.New("cannot")

// ask asks all parts at once and gives the answers in the order of the parts,
// errors among them, without those that cannot. It returns when all are there,
// or a tenth of the time before ctx is done: a part that ignores its context is
// not waited for.
func ask[T any](ctx context.Context, s *Source, op string, f func(context.Context, sources.Source) (T, error)) ([]answer[T], error) {
	limited, stop := shortened(ctx)
	defer stop()
	pending := make([]chan answer[T], len(s.parts))
	asked, begun := s.due(), s.o.Clock()
	for i, p := range s.parts {
		pending[i] = make(chan answer[T], 1)
		if !asked[i] {
			pending[i] <- answer[T]{part: p, err: p.failing()}
			continue
		}
		go func() {
			a := answer[T]{part: p}
			a.value, a.err = guarded(limited, p, op, f)
			if !errors.Is(a.err, errCannot) && ctx.Err() == nil {
				p.heard(begun, s.o.Clock(), a.err)
			}
			pending[i] <- a
		}()
	}
	out := make([]answer[T], 0, len(s.parts))
	for i, c := range pending {
		a := answer[T]{part: s.parts[i]}
		select {
		case a = <-c:
		case <-limited.Done():
			select {
			case a = <-c:
			default:
				a.err = sources.Errorf(a.part.name, op, sources.KindTimeout, "no answer: %w", limited.Err())
				a.part.heard(begun, s.o.Clock(), a.err)
			}
		}
		if !errors.Is(a.err, errCannot) {
			out = append(out, a)
		}
	}
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return nil, sources.Errorf(s.o.Name, op, sources.KindCancelled, "%w", err)
	}
	return out, nil
}

// due says for each part whether it is asked now: those that are well and those
// whose rest is over, or all that can be if nobody else is left to answer.
func (s *Source) due() []bool {
	now := s.o.Clock()
	for _, urgent := range [...]bool{false, true} {
		asked := make([]bool, len(s.parts))
		for i, p := range s.parts {
			asked[i] = p.due(now, urgent)
		}
		if slices.Contains(asked, true) {
			return asked
		}
	}
	return make([]bool, len(s.parts))
}

// shortened leaves a tenth of the time for what is made of the answers.
func shortened(ctx context.Context) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, end.Add(-time.Until(end)/10))
}

// guarded asks one part. A panic of it is an error, as in the poller.
func guarded[T any](ctx context.Context, p *part, op string, f func(context.Context, sources.Source) (T, error)) (v T, err error) {
	defer func() {
		if r := recover(); r != nil {
			e := sources.Errorf(p.name, op, sources.KindInternal, "panic: %v", r)
			e.Retryable = true
			err = e
		}
	}()
	v, err = f(ctx, p.src)
	if err != nil && !errors.Is(err, errCannot) && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = sources.Errorf(p.name, op, sources.KindTimeout, "no answer in time: %w", err)
	}
	return v, err
}

// failures are errors of several parts, as one.
type failures []error

// maxSaid is how many of them are said.
const maxSaid = 3

// Error says the first of them, and how many more there are.
func (f failures) Error() string {
	var said []string
	for _, err := range f[:min(len(f), maxSaid)] {
		said = append(said, err.Error())
	}
	if n := len(f) - maxSaid; n > 0 {
		said = append(said, fmt.Sprintf("and %d more", n))
	}
	return strings.Join(said, "; ")
}

// Unwrap gives all of them.
func (f failures) Unwrap() []error { return f }

// telling are the kinds of errors, first what there is most to learn from: what
// is wrong with the query concerns all parts, what is wrong with one part only it.
var telling = [...]sources.ErrorKind{
	sources.KindQuery, sources.KindUnsupported, sources.KindTooLarge, sources.KindAuth, sources.KindThrottled, sources.KindProtocol,
	sources.KindTimeout, sources.KindUnavailable, sources.KindInternal, sources.KindUnknown, sources.KindCancelled,
}

// settle gives the error of an ask that no part answered; nil if one did. It
// makes sense to ask again if it does for one part, and then when the first of
// those wants it.
func settle[T any](s *Source, op string, answers []answer[T]) error {
	if len(answers) == 0 {
		return sources.Errorf(s.o.Name, op, sources.KindUnsupported, "no source can do this")
	}
	e := &sources.Error{Source: s.o.Name, Op: op}
	var all failures
	best := len(telling)
	for i := range answers {
		err := answers[i].err
		if err == nil {
			return nil
		}
		all = append(all, err)
		if k := slices.Index(telling[:], sources.KindOf(err)); k < best {
			best = k
		}
		if retry, after := sources.Retryable(err); retry {
			if !e.Retryable || after < e.RetryAfter {
				e.RetryAfter = after
			}
			e.Retryable = true
		}
	}
	e.Kind, e.Err = telling[best], all
	return e
}

// warnings are the errors of the parts that failed, each with its part's name.
func warnings[T any](answers []answer[T]) []string {
	var out []string
	for i := range answers {
		if err := answers[i].err; err != nil {
			out = append(out, answers[i].part.says(err))
		}
	}
	return out
}
