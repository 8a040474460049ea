package logs

import (
	"strings"
	"testing"

	"nightjar/sources"
)

// checkFields tests that no term that a field of a line passes is refused by the
// line's text alone.
func checkFields(t *testing.T, line string) {
	t.Helper()
	var l sources.LogLine
	NewReader(Options{}).Parse(line, ref, &l)
	l.Raw = line
	for _, f := range l.Fields {
		part := f.Value[len(f.Value)/3 : len(f.Value)*2/3]
		for _, term := range []sources.LogTerm{
			{Field: f.Name, Op: sources.LogEqual, Value: f.Value},
			{Field: f.Name, Op: sources.LogContains, Value: part},
			{Field: f.Name, Op: sources.LogFolded, Value: strings.ToUpper(part)},
			{Field: f.Name, Op: sources.LogMatches, Value: "(?s)^.*$"},
			{Field: f.Name, Op: sources.LogGreaterEqual, Value: f.Value},
			{Field: f.Name, Op: sources.LogHas},
			{Not: true, Field: f.Name, Op: sources.LogEqual, Value: f.Value + "x"},
		} {
			m, err := Compile([]sources.LogTerm{term})
			if err != nil || !m.Match(&l) {
				continue
			}
			if !m.MatchRaw([]byte(line)) || m.Next([]byte(line)) < 0 && line != "" {
				t.Fatalf("%s passes %s, its text does not", FormatTerm(term), line)
			}
		}
	}
}

func TestFieldsAreInTheText(t *testing.T) {
	for _, w := range lines {
		checkFields(t, w.line)
	}
	// Not everything is let through.
	m, err := Compile([]sources.LogTerm{{Field: "svc", Op: sources.LogEqual, Value: "api"}, {Field: "n", Op: sources.LogGreater, Value: "5"}})
	if err != nil {
		t.Fatal(err)
	}
	if buf := []byte("{\"svc\":\"db\"}\nsvc=api\n"); m.MatchRaw(buf[:13]) || m.Next(buf) != 13 || m.Raw() {
		t.Error("a field test lets through a line without its value")
	}
	if m, err = Compile([]sources.LogTerm{{Field: "svc", Op: sources.LogEqual, Value: "api"}}, "svc"); err != nil || !m.MatchRaw([]byte("x")) {
		t.Error("a label is looked for in the text")
	}
}

func FuzzFields(f *testing.F) {
	for _, w := range lines {
		f.Add(w.line)
	}
	f.Fuzz(checkFields)
}
