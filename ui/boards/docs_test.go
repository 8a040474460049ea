package boards_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"nightjar/ui/boards"
	"nightjar/ui/units"
)

// What the documentation shows is what nightjar check accepts.
func TestExamplesOfTheDocumentation(t *testing.T) {
	text, err := os.ReadFile("../../docs/boards.md")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		if !strings.Contains(block[1], "\nrows:") {
			continue // a configuration
		}
		n++
		name := strings.TrimPrefix(strings.SplitN(block[1], "\n", 2)[0], "# ")
		_, problems := boards.Load([]byte(block[1]), name, boards.KnownUnit(units.Known))
		for _, p := range problems {
			t.Error(p)
		}
	}
	if n < 10 {
		t.Errorf("%d examples are found", n)
	}
}
