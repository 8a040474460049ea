package boards_test

import (
	"bufio"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"nightjar/ui/boards"
)

// realLabels are the labels in testdata/labels.txt by metric.
func realLabels(t *testing.T) map[string][]string {
	t.Helper()
	data, err := os.ReadFile("testdata/labels.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for line := range strings.Lines(string(data)) {
		if words := strings.Fields(line); len(words) > 0 && words[0][0] != '#' {
			out[words[0]] = append(words[1:], "instance", "job", model.MetricNameLabel)
		}
	}
	return out
}

// A namedLabel is a label that a query takes a metric to have.
type namedLabel struct{ metric, label string }

// labelsIn are the labels that an expression takes its metrics to have: those of
// matchers, and those that it groups and matches by, save what label_replace and
// group_left make.
func labelsIn(t *testing.T, expr string) (out []namedLabel) {
	t.Helper()
	tree, err := parser.NewParser(parser.Options{}).ParseExpr(expr)
	if err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	made := map[string]bool{}
	parser.Inspect(tree, func(n parser.Node, _ []parser.Node) error {
		switch n := n.(type) {
		case *parser.Call:
			if n.Func.Name == "label_replace" {
				made[n.Args[1].(*parser.StringLiteral).Val] = true
			}
		case *parser.BinaryExpr:
			if n.VectorMatching != nil { // nil between scalars
				for _, l := range n.VectorMatching.Include {
					made[l] = true
				}
			}
		}
		return nil
	})
	// Of an expression the selectors whose labels are its own: not those within
	// an aggregation, nor the right side of a set operator, which only filters.
	var own func(n parser.Node, wanted []string)
	own = func(n parser.Node, wanted []string) {
		switch n := n.(type) {
		case *parser.VectorSelector:
			for _, l := range wanted {
				if !made[l] {
					out = append(out, namedLabel{n.Name, l})
				}
			}
			return
		case *parser.AggregateExpr:
			if !n.Without {
				wanted = n.Grouping
			}
			own(n.Expr, wanted)
			return
		case *parser.BinaryExpr:
			left, right := wanted, wanted
			if n.VectorMatching != nil && n.VectorMatching.On {
				left = append(slices.Clone(wanted), n.VectorMatching.MatchingLabels...)
				right = n.VectorMatching.MatchingLabels
				if n.Op == parser.LOR {
					right = left
				}
			}
			own(n.LHS, left)
			own(n.RHS, right)
			return
		}
		for child := range parser.ChildrenIter(n) {
			own(child, wanted)
		}
	}
	own(tree, nil)
	parser.Inspect(tree, func(n parser.Node, _ []parser.Node) error {
		if v, ok := n.(*parser.VectorSelector); ok {
			for _, m := range v.LabelMatchers {
				out = append(out, namedLabel{v.Name, m.Name})
			}
		}
		return nil
	})
	return out
}

// kubernetesLabels are the labels that the queries of the board for Kubernetes name.
func kubernetesLabels(t *testing.T) map[namedLabel]string {
	t.Helper()
	out := map[namedLabel]string{}
	for _, q := range queriesOf(boards.ByName(boards.Builtin(), "kubernetes"), 15*time.Second, time.Hour) {
		for _, l := range labelsIn(t, q.expr) {
			out[l] = q.name
		}
	}
	return out
}

// A query for a label that no series has finds nothing, or all in one.
func TestKubernetesBoardNamesRealLabels(t *testing.T) {
	known, named := realLabels(t), kubernetesLabels(t)
	for l, query := range named {
		if !slices.Contains(known[l.metric], l.label) {
			t.Errorf("%s: %s has no label %s", query, l.metric, l.label)
		}
	}
	if len(named) < 60 {
		t.Errorf("%d labels are named", len(named))
	}
	// The cluster that the board is tried on has no others.
	f, err := os.Open("testdata/kubernetes.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p := parser.NewParser(parser.Options{})
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if line := lines.Text(); line != "" && line[0] != '#' {
			series, _, err := p.ParseSeriesDesc(line)
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			series.Range(func(l labels.Label) {
				if metric := series.Get(model.MetricNameLabel); !slices.Contains(known[metric], l.Name) {
					t.Errorf("testdata/kubernetes.txt: %s has no label %s", metric, l.Name)
				}
			})
		}
	}
}

// What the list says is held against dashboards and rules that people use, as far
// as they name the label in a matcher of the same metric.
func TestLabelsOfTheCorpusAreThere(t *testing.T) {
	root := os.Getenv("NIGHTJAR_CORPUS")
	if root == "" {
		t.Skip("NIGHTJAR_CORPUS is not set: a folder with dashboards and rules as they are published")
	}
	selector := regexp.MustCompile(`\b((?:kube|container|kubelet|apiserver)_\w+)\s*\{([^}]*)\}`)
	matcher := regexp.MustCompile(`(\w+)\s*(?:=~|!~|!=|=)`)
	shown := map[namedLabel]bool{}
	for _, folder := range []string{"dashboards", "rules"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			for _, s := range selector.FindAllStringSubmatch(string(data), -1) {
				for _, m := range matcher.FindAllStringSubmatch(s[2], -1) {
					shown[namedLabel{s[1], m[1]}] = true
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	for metric, names := range realLabels(t) {
		for _, l := range names {
			if shown[namedLabel{metric, l}] {
				n++
			}
		}
	}
	named, seen := kubernetesLabels(t), 0
	for l := range named {
		if shown[l] {
			seen++
		}
	}
	t.Logf("%d labels of the list are in matchers of the corpus; of %d that the board names, %d", n, len(named), seen)
	if seen < 35 {
		t.Errorf("the corpus shows only %d of the %d labels that the board names", seen, len(named))
	}
}
