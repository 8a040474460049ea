package sessions

import (
	"bytes"
	"encoding/hex"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"nightjar/sources/local/processes/procfs"
)

const (
	configBytes = 1 << 20
	// tcpLimit is the most read of one table of connections, about 100,000 of them.
	tcpLimit = 16 << 20
	peerMax  = 256
)

// sshPorts are the ports that sshd listens on by its configuration, that of
// systemd's socket included; 22 where neither says one. A configuration that
// may not be read is a note.
func sshPorts(root string) (ports []uint16, note string) {
	main := filepath.Join(root, "etc/ssh/sshd_config")
	b, err := readSmall(main, configBytes)
	if err != nil && procfs.NotPermitted(err) {
		note = "sshd is taken to listen on port 22: its configuration may not be read"
	}
	ports = sshdPorts(ports, b)
	for _, pattern := range append(sshdIncludes(b, root), "etc/ssh/sshd_config.d/*.conf") {
		if !strings.HasPrefix(pattern, root) {
			pattern = filepath.Join(root, pattern)
		}
		ports = eachFile(pattern, ports, sshdPorts)
	}
	for _, pattern := range []string{"etc/systemd/system/ssh*.socket", "etc/systemd/system/ssh*.socket.d/*.conf", "run/systemd/generator/ssh*.socket.d/*.conf"} {
		ports = eachFile(filepath.Join(root, pattern), ports, socketPorts)
	}
	if len(ports) == 0 {
		ports = append(ports, 22)
	}
	slices.Sort(ports)
	return slices.Compact(ports), note
}

func eachFile(pattern string, ports []uint16, parse func([]uint16, []byte) []uint16) []uint16 {
	files, _ := filepath.Glob(pattern)
	for _, file := range files[:min(len(files), 64)] {
		if b, err := readSmall(file, configBytes); err == nil {
			ports = parse(ports, b)
		}
	}
	return ports
}

// sshdPorts appends the ports of Port and ListenAddress lines, see sshd_config(5).
func sshdPorts(ports []uint16, b []byte) []uint16 {
	for line := range bytes.Lines(b) {
		key, value := directive(string(line))
		switch key {
		case "port":
			ports = appendPort(ports, value)
		case "listenaddress":
			if a, err := netip.ParseAddrPort(value); err == nil {
				ports = append(ports, a.Port())
			} else if strings.Count(value, ":") == 1 {
				ports = appendPort(ports, value[strings.IndexByte(value, ':')+1:])
			}
		}
	}
	return ports
}

// sshdIncludes are the patterns of Include lines, below root.
func sshdIncludes(b []byte, root string) (patterns []string) {
	for line := range bytes.Lines(b) {
		key, value := directive(string(line))
		if key != "include" {
			continue
		}
		for _, p := range strings.Fields(value) {
			if !filepath.IsAbs(p) {
				p = filepath.Join("/etc/ssh", p)
			}
			patterns = append(patterns, filepath.Join(root, p))
		}
	}
	return patterns
}

// directive splits "Keyword value" or "Keyword=value"; the keyword in lower case.
func directive(line string) (key, value string) {
	line = strings.TrimSpace(line)
	i := strings.IndexAny(line, " \t=")
	if i <= 0 || line[0] == '#' {
		return "", ""
	}
	value, _, _ = strings.Cut(strings.Trim(line[i:], " \t="), " #")
	return strings.ToLower(line[:i]), strings.Trim(value, `" `+"\t")
}

// socketPorts appends the ports of ListenStream lines, see systemd.socket(5).
func socketPorts(ports []uint16, b []byte) []uint16 {
	for line := range bytes.Lines(b) {
		value, ok := strings.CutPrefix(strings.TrimSpace(string(line)), "ListenStream=")
		if ok {
			ports = appendPort(ports, value[strings.LastIndexByte(value, ':')+1:])
		}
	}
	return ports
}

func appendPort(ports []uint16, s string) []uint16 {
	if n, err := strconv.ParseUint(s, 10, 16); err == nil && n > 0 {
		return append(ports, uint16(n))
	}
	return ports
}

// connections are the established connections to sshd.
type connections struct {
	count int
	peers map[netip.Addr]int // at most peerMax
	all   bool               // the tables were read to their end
}

// readConnections counts connections to ports from net/tcp and net/tcp6.
func readConnections(dir *procfs.Dir, ports []uint16) (connections, error) {
	c := connections{peers: map[netip.Addr]int{}, all: true}
	var first error
	for i, name := range [...]string{"net/tcp", "net/tcp6"} {
		all, err := dir.ReadLines(name, tcpLimit, func(line []byte) { c.add(line, ports) })
		if err != nil {
			if i == 0 { // a machine without IPv6 has no tcp6
				first = err
			}
			continue
		}
		c.all = c.all && all
	}
	return c, first
}

func (c *connections) add(line []byte, ports []uint16) {
	port, peer, ok := parseConnection(line)
	if !ok || !slices.Contains(ports, port) {
		return
	}
	c.count++
	addr, ok := decodeAddress(peer)
	if _, known := c.peers[addr]; ok && (known || len(c.peers) < peerMax) {
		c.peers[addr]++
	}
}

// parseConnection reads a line of /proc/net/tcp (proc_net(5)), where
//
//	sl: LOCAL:PORT REMOTE:PORT STATE ...
//
// are in hex. ok is false if it is not established (state 01).
func parseConnection(line []byte) (port uint16, peer []byte, ok bool) {
	line = bytes.TrimLeft(line, " ")
	_, line, _ = bytes.Cut(line, []byte{' '})
	local, line, _ := bytes.Cut(line, []byte{' '})
	remote, line, _ := bytes.Cut(line, []byte{' '})
	if len(line) < 2 || line[0] != '0' || line[1] != '1' {
		return 0, nil, false
	}
	i, j := bytes.IndexByte(local, ':'), bytes.IndexByte(remote, ':')
	if i < 0 || j < 0 || len(local)-i != 5 {
		return 0, nil, false
	}
	var p [2]byte
	if _, err := hex.Decode(p[:], local[i+1:]); err != nil {
		return 0, nil, false
	}
	return uint16(p[0])<<8 | uint16(p[1]), remote[:j], true
}

// decodeAddress reads 8 or 32 hex digits: words of four bytes, each with its
// lowest byte first on a little endian machine.
func decodeAddress(text []byte) (netip.Addr, bool) {
	var b [16]byte
	if len(text) != 8 && len(text) != 32 {
		return netip.Addr{}, false
	}
	n, err := hex.Decode(b[:], text)
	if err != nil {
		return netip.Addr{}, false
	}
	for w := 0; w < n; w += 4 {
		slices.Reverse(b[w : w+4])
	}
	if n == 4 {
		return netip.AddrFrom4([4]byte(b[:4])), true
	}
	return netip.AddrFrom16(b).Unmap(), true
}
