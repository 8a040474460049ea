package processes

import (
	"bytes"
	"strings"
)

// cgroupPath picks the path that says most from PID/cgroup (cgroups(7)): lines
// "id:controllers:path". Version 2 has one line with no controllers; of version
// 1 systemd's own and the memory hierarchy name units and containers.
func cgroupPath(b []byte) []byte {
	var best []byte
	rank := 0
	for len(b) > 0 {
		var line []byte
		line, b, _ = bytes.Cut(b, []byte{'\n'})
		_, rest, ok1 := bytes.Cut(line, []byte{':'})
		controllers, path, ok2 := bytes.Cut(rest, []byte{':'})
		if !ok1 || !ok2 || len(path) <= 1 {
			continue
		}
		r := 1
		switch string(controllers) {
		case "":
			r = 4
		case "name=systemd":
			r = 3
		case "memory":
			r = 2
		}
		if r > rank {
			best, rank = path, r
		}
	}
	return best
}

// The runtimes by what their cgroups begin with: PREFIX<64 hex digits>.scope.
var runtimes = [...]struct{ prefix, name string }{ //nolint:gochecknoglobals // a constant table
	{"docker-", "docker"},
	{"cri-containerd-", "containerd"},
	{"containerd-", "containerd"},
	{"crio-", "crio"},
	{"libpod-", "podman"},
	{"nerdctl-", "containerd"},
}

// cgroupLabel is the short name of a cgroup: "docker 0123456789ab" for a
// container (the first 12 digits of its id, as its tools show it), else the
// systemd unit, else the last part of the path. Empty for the root.
func cgroupLabel(path string) string {
	path = strings.Trim(path, "/")
	if path == "" {
		return ""
	}
	parts := strings.Split(path, "/")
	for i := len(parts) - 1; i >= 0; i-- {
		if label := containerLabel(parts, i); label != "" {
			return label
		}
	}
	for i := len(parts) - 1; i >= 0; i-- {
		if strings.HasSuffix(parts[i], ".service") || strings.HasSuffix(parts[i], ".scope") {
			return parts[i]
		}
	}
	return parts[len(parts)-1]
}

func containerLabel(parts []string, i int) string {
	part := strings.TrimSuffix(parts[i], ".scope")
	if id, ok := strings.CutPrefix(part, "lxc.payload."); ok {
		return "lxc " + id
	}
	if part == "lxc" && i+1 < len(parts) {
		return "lxc " + parts[i+1]
	}
	for _, r := range runtimes {
		if id, ok := strings.CutPrefix(part, r.prefix); ok && isID(id) {
			return r.name + " " + id[:12]
		}
	}
	if id := part[strings.LastIndexByte(part, ':')+1:]; isID(id) { // kubepods:cri-containerd:ID, as containerd names it without systemd
		name := "container"
		parent := ""
		if i > 0 {
			parent = parts[i-1]
		}
		switch {
		case parent == "docker":
			name = "docker"
		case parent == "libpod_parent" || strings.HasPrefix(parent, "libpod"):
			name = "podman"
		case strings.Contains(part, "containerd"):
			name = "containerd"
		}
		return name + " " + id[:12]
	}
	return ""
}

// isID reports whether s is a container's id: 64 hex digits, or an ECS task's 32 and a number.
func isID(s string) bool {
	if len(s) >= 34 && s[32] == '-' {
		s = s[:32]
	}
	if len(s) != 64 && len(s) != 32 {
		return false
	}
	return strings.Trim(s, "0123456789abcdef") == ""
}
