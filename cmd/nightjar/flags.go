package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"nightjar/cmd/nightjar/config"
)

// textValue is a flag that must not be empty.
type textValue string

func (v *textValue) String() string { return string(*v) }
func (v *textValue) Type() string   { return "text" }
func (v *textValue) Set(s string) error {
	if s == "" {
		return errors.New("is empty")
	}
	*v = textValue(s)
	return nil
}

// boolValue is a flag that is on or off.
type boolValue bool

func (v *boolValue) String() string   { return strconv.FormatBool(bool(*v)) }
func (v *boolValue) Type() string     { return "bool" }
func (v *boolValue) IsBoolFlag() bool { return true }
func (v *boolValue) Set(s string) error {
	b, err := strconv.ParseBool(s)
	if err != nil {
		return fmt.Errorf("%q is neither true nor false", s)
	}
	*v = boolValue(b)
	return nil
}

// durationValue is a duration of at least least.
type durationValue struct {
	to    *time.Duration
	least time.Duration
}

func (v *durationValue) String() string {
	if v.to == nil || *v.to == 0 {
		return ""
	}
	return v.to.String()
}
func (v *durationValue) Type() string { return "duration" }
func (v *durationValue) Set(s string) error {
	d, err := config.ParseDuration(s, v.least)
	if err != nil {
		return err
	}
	*v.to = d
	return nil
}

// varsValue collects name=value, all values of a name in their order.
type varsValue struct{ to *map[string][]string }

func (v *varsValue) String() string { return "" }
func (v *varsValue) Type() string   { return "var" }
func (v *varsValue) Set(s string) error {
	name, value, ok := strings.Cut(s, "=")
	if !ok || name == "" {
		return fmt.Errorf("%q is not NAME=VALUE", s)
	}
	if *v.to == nil {
		*v.to = map[string][]string{}
	}
	(*v.to)[name] = append((*v.to)[name], value)
	return nil
}

// listValue is a flag that may be repeated.
type listValue struct{ to *[]string }

func (v *listValue) String() string { return "" }
func (v *listValue) Type() string   { return "list" }
func (v *listValue) Set(s string) error {
	*v.to = append(*v.to, s)
	return nil
}

// choiceValue is one of a few words.
type choiceValue struct {
	to      *string
	choices []string
}

func (v *choiceValue) String() string {
	if v.to == nil {
		return ""
	}
	return *v.to
}
func (v *choiceValue) Type() string { return "choice" }
func (v *choiceValue) Set(s string) error {
	if !slices.Contains(v.choices, s) {
		return fmt.Errorf("%q is none of %s", s, strings.Join(v.choices, ", "))
	}
	*v.to = s
	return nil
}
