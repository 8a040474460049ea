package prometheus

import (
	"encoding/json"
	"fmt"
	"io"
)

// A reader takes the body of a good answer.
type reader = func(io.Reader) error

// remarks are what an answer may say beside its data.
type remarks struct {
	Warnings, Infos []string
}

// cut takes Prometheus's remark that its limit parameter cut the answer out of the warnings.
func (r *remarks) cut() bool {
	kept := r.Warnings[:0:0]
	for _, w := range r.Warnings {
		if w != truncated {
			kept = append(kept, w)
		}
	}
	cut := len(kept) < len(r.Warnings)
	r.Warnings = kept
	return cut
}

// into reads the data of an answer that is small into a plain value.
func into[T any](data *T, said *remarks) reader {
	return func(r io.Reader) error {
		var zero T
		*data = zero
		var body struct {
			Status    string
			Data      *T
			ErrorType string
			Error     string
			remarks
		}
		body.Data = data
		d := json.NewDecoder(r)
		if err := d.Decode(&body); err != nil {
			return asSyntax(err)
		}
		if _, err := d.Token(); err == nil {
			return &syntaxError{d.InputOffset(), "more after the end of the answer"}
		}
		if body.ErrorType != "" || body.Error != "" {
			return &apiError{body.ErrorType, body.Error}
		}
		if body.Status != "success" {
			return &syntaxError{d.InputOffset(), fmt.Sprintf("the status is %.40q and no error is given", body.Status)}
		}
		if said != nil {
			*said = body.remarks
		}
		return nil
	}
}

func asSyntax(err error) error {
	switch err := err.(type) { //nolint:errorlint // encoding/json wraps none of these
	case *json.SyntaxError:
		return &syntaxError{err.Offset, err.Error()}
	case *json.UnmarshalTypeError:
		return &syntaxError{err.Offset, fmt.Sprintf("a %s where %s should be", err.Value, err.Field)}
	}
	return err
}
