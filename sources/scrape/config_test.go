package scrape

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestParseConfigs(t *testing.T) {
	f := func(text string, want time.Duration) {
		t.Helper()
		jobs, err := ParseConfigs([]byte(text))
		if err != nil {
			t.Errorf("%v in:\n%s", err, text)
			return
		}
		if got := time.Duration(jobs[0].ScrapeInterval); got != want {
			t.Errorf("interval %v, want %v in:\n%s", got, want, text)
		}
	}
	f("- job_name: a\n  static_configs: [{targets: [x]}]\n", 15*time.Second)
	f("  - job_name: a\n    static_configs: [{targets: [x]}]", 15*time.Second)
	f("scrape_configs:\n- job_name: a\n  scrape_interval: 3s\n", 3*time.Second)
	f("global: {scrape_interval: 7s}\nrule_files: [x.yml]\nscrape_configs: [{job_name: a}]\n", 7*time.Second)
	f("global: {}\nscrape_configs: [{job_name: a}]\n", time.Minute)
	f("{scrape_configs: [{job_name: a}]}", time.Minute)
}

func TestAWrongConfigNamesTheLine(t *testing.T) {
	f := func(text string, line int, want string) {
		t.Helper()
		_, err := ParseConfigs([]byte(text))
		var e *ConfigError
		if !errors.As(err, &e) {
			t.Errorf("got %v in:\n%s", err, text)
			return
		}
		if e.Line != line || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "config.") {
			t.Errorf("got %v, want line %d: %s in:\n%s", err, line, want, text)
		}
	}
	f("", 1, "no scrape_configs")
	f("scrape_configs: []\n", 1, "no scrape_configs")
	f("just text\n", 1, "not a list")
	f("- job_name: a\n  metrics_pth: /m\n", 2, "unknown key metrics_pth")
	f("scrape_configs:\n- job_name: a\n  metrics_pth: /m\n  schem: x\n", 3, "line 4: unknown key schem")
	f("- job_name: a\n  dns_sd_configs: [{names: [x]}]\n", 2, "dns_sd_configs is not supported")
	f("- job_name: a\n- job_name: b\n  scrape_interval: soon\n", 2, "not a valid duration")
	f("- job_name: a\n- scheme: https\n", 2, "job_name is empty")
	f("- job_name: a\n\n- job_name: a\n", 3, "multiple scrape configs")
	f("- job_name: a\n- job_name: b\n  scrape_interval: 1s\n  scrape_timeout: 2s\n", 2, "timeout greater")
	f("- job_name: a\n- job_name: b\n  relabel_configs:\n  - {action: hop}\n", 2, "hop")
	f("- job_name: a\n  static_configs:\n  - targets: [\"http://x/metrics\"]\n", 1, "not a valid hostname")
	f("- job_name: a\n  : : x\n   y\n", 1, "did not find")
	f("-\n- job_name: a\n", 1, "empty or null")
	f("- job_name: a\n  basic_auth: {username: u, password: p}\n  authorization: {credentials: hush}\n", 1, "at most one of")
}

func FuzzParseConfigs(f *testing.F) {
	f.Add([]byte("- job_name: a\n  static_configs: [{targets: [x]}]\n"))
	f.Add([]byte("global: {}\nscrape_configs: [{job_name: a, relabel_configs: [{action: hop}]}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		jobs, err := ParseConfigs(text)
		if err == nil && len(jobs) == 0 {
			t.Error("neither jobs nor an error")
		}
		var e *ConfigError
		if err != nil && !errors.As(err, &e) {
			t.Errorf("no line: %v", err)
		}
		if err != nil && e.Line < 1 {
			t.Errorf("line %d", e.Line)
		}
	})
}
