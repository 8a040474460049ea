package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// machineInfo says what was found of the machine whose files are under root,
// and what this user may not read of it.
func (s *session) machineInfo(root string) chapter {
	c := chapter{Title: "found here"}
	at := func(path string) string { return filepath.Join(root, path) }
	c.add("user", "uid %d", os.Geteuid())
	if runtime.GOOS != "linux" {
		return c
	}
	c.add("systemd", "%s", yes(isDir(at("/run/systemd/system")), "no"))
	c.add("container", "%s", s.container(root))
	c.add("cgroups", "%s", cgroups(root))
	c.add("pressure (PSI)", "%s", readable(at("/proc/pressure/cpu")))
	c.add("journal", "%s", journalOf(root))
	c.add("logins (utmp)", "%s", readable(at("/run/utmp")))
	c.add("failed logins (btmp)", "%s", readable(at("/var/log/btmp")))
	c.add("I/O of others' processes", "%s", readable(at("/proc/1/io")))
	return c
}

func yes(ok bool, otherwise string) string {
	if ok {
		return "yes"
	}
	return otherwise
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// readable tries to read, for permission bits do not tell: a kernel without
// pressure accounting has the file and refuses the read.
func readable(path string) string {
	f, err := os.Open(path)
	if err == nil {
		defer f.Close()
		var one [1]byte
		if _, err = f.Read(one[:]); err == nil || err == io.EOF { //nolint:errorlint // Read gives io.EOF itself
			return "yes"
		}
	}
	if os.IsNotExist(err) {
		return "no: there is no " + path
	}
	return fmt.Sprintf("no: %v", err)
}

// container is how the machine shows that it is one.
func (s *session) container(root string) string {
	for path, kind := range map[string]string{"/.dockerenv": "docker", "/run/.containerenv": "podman"} {
		if _, err := os.Stat(filepath.Join(root, path)); err == nil {
			return "yes: " + kind
		}
	}
	if text, err := os.ReadFile(filepath.Join(root, "/run/systemd/container")); err == nil {
		return "yes: " + strings.TrimSpace(string(text))
	}
	if s.env.variable("KUBERNETES_SERVICE_HOST") != "" {
		return "yes: kubernetes"
	}
	return "no sign of one"
}

func cgroups(root string) string {
	switch {
	case readable(filepath.Join(root, "/sys/fs/cgroup/cgroup.controllers")) == "yes":
		return "v2"
	case isDir(filepath.Join(root, "/sys/fs/cgroup/memory")):
		return "v1"
	default:
		return "none"
	}
}

// journalOf is whether a file of systemd's journal can be read.
func journalOf(root string) string {
	why := "no: there is none"
	for _, dir := range []string{"/var/log/journal", "/run/log/journal"} {
		files, err := filepath.Glob(filepath.Join(root, dir, "*", "*.journal"))
		if err != nil || len(files) == 0 {
			continue
		}
		if why = readable(files[0]); why == "yes" {
			return "yes: " + dir
		}
	}
	return why
}
