package scrape

import (
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/prometheus/config"
	"go.yaml.in/yaml/v3"

	"nightjar/sources"
)

// configInterval is the scrape_interval where neither the job nor a global
// section has one. Prometheus's minute is for storing, not for looking.
const configInterval = 15 * time.Second

// A ConfigError is one thing that is wrong with scrape_configs.
type ConfigError struct {
	Line    int // of the text, from 1
	Message string
}

// Error is line: message.
func (e *ConfigError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Message) }

// ParseConfigs reads jobs in Prometheus's own syntax: a list as it stands below
// scrape_configs, or a document with that key, such as a prometheus.yml, of
// which global counts and the rest is only checked. Unknown keys are errors. Its
// errors are *ConfigError, joined if they are several. Jobs without a
// scrape_interval get that of global, Prometheus's minute if there is global
// without one, and 15 s if there is none. Relative paths are not changed: see
// SetDirectory of a job.
func ParseConfigs(text []byte) ([]*config.ScrapeConfig, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return nil, placed(located(err, 0), 1)
	}
	if len(root.Content) == 0 {
		return nil, &ConfigError{Line: 1, Message: "there are no scrape_configs"}
	}
	doc := text
	shift := 0 // lines put before the text
	switch top := root.Content[0]; {
	case top.Kind == yaml.SequenceNode && top.Style&yaml.FlowStyle == 0:
		doc, shift = slices.Concat([]byte("scrape_configs:\n"), text), 1
		root.Content[0] = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: []*yaml.Node{
			{Kind: yaml.ScalarNode, Tag: "!!str", Value: "scrape_configs"}, top,
		}}
	case top.Kind != yaml.MappingNode:
		return nil, &ConfigError{Line: top.Line, Message: "scrape_configs is not a list of jobs"}
	}
	top := root.Content[0]
	if value(top, "global") == nil && top.Style&yaml.FlowStyle == 0 {
		doc = fmt.Appendf(slices.Clip(doc), "\nglobal:\n  scrape_interval: %s\n", configInterval)
	}
	cfg, err := config.Load(string(doc), slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, placed(located(err, shift), blame(top, err))
	}
	if len(cfg.ScrapeConfigs) == 0 {
		return nil, &ConfigError{Line: max(1, top.Line), Message: "there are no scrape_configs"}
	}
	return cfg.ScrapeConfigs, nil
}

var (
	atLine      = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)
	unsupported = regexp.MustCompile(`field (\w+_sd_configs) not found in type .*`)
	unknown     = regexp.MustCompile(`field (\S+) not found in type .*`)
)

// located turns each line of a YAML error that has a place into a ConfigError.
func located(err error, shift int) error {
	var all []error
	for line := range strings.Lines(err.Error()) {
		m := atLine.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			continue
		}
		n, _ := strconv.Atoi(m[1]) // digits
		all = append(all, &ConfigError{Line: max(1, n-shift), Message: said(errors.New(m[2]))})
	}
	switch len(all) {
	case 0:
		return err
	case 1:
		return all[0]
	}
	return errors.Join(all...)
}

// placed gives err a line if it has none.
func placed(err error, line int) error {
	var where *ConfigError
	if errors.As(err, &where) {
		return err
	}
	return &ConfigError{Line: line, Message: said(err)}
}

// said is the message in the words of a user, not of Go's types.
func said(err error) string {
	s := sources.Redact(strings.TrimPrefix(err.Error(), "yaml: "))
	s = unsupported.ReplaceAllString(s, "$1 is not supported: targets come from static_configs and file_sd_configs")
	return unknown.ReplaceAllString(s, "unknown key $1")
}

// blame finds the line of the job that fails: those of meaning come without a
// place. It loads them one by one, and then looks for how many it takes, as two may clash.
func blame(top *yaml.Node, err error) int {
	global, jobs := value(top, "global"), value(top, "scrape_configs")
	if jobs == nil || jobs.Kind != yaml.SequenceNode {
		return max(1, top.Line)
	}
	fails := func(some []*yaml.Node) bool {
		doc := map[string]*yaml.Node{"scrape_configs": {Kind: yaml.SequenceNode, Tag: "!!seq", Content: some}}
		if global != nil {
			doc["global"] = global
		}
		text, merr := yaml.Marshal(doc)
		if merr != nil {
			return false
		}
		_, lerr := config.Load(string(text), slog.New(slog.DiscardHandler))
		return lerr != nil && lerr.Error() == err.Error()
	}
	for _, j := range jobs.Content {
		if fails([]*yaml.Node{j}) {
			return max(1, j.Line)
		}
	}
	i := sort.Search(len(jobs.Content), func(i int) bool { return fails(jobs.Content[:i+1]) })
	if i == len(jobs.Content) {
		return max(1, top.Line)
	}
	return max(1, jobs.Content[i].Line)
}

// value is what a mapping has for key, nil if nothing.
func value(mapping *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return nil
}
