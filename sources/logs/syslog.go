package logs

import (
	"strconv"
	"strings"
)

var facilities = [...]string{
	"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp", "audit",
	"alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
}

// syslog reads what daemons of syslog write to files and send (RFC 3164 and
// RFC 5424) and what journalctl prints as short, short-iso and short-precise.
func (r *record) syslog(s string) bool {
	if len(s) < 16 {
		return false
	}
	at, priority := 0, false
	if s[0] == '<' {
		n, end := number(s, 1, 3)
		if n < 0 || n > 191 || end >= len(s) || s[end] != '>' {
			return false
		}
		r.severity, at, priority = syslogSeverity(n&7), end+1, true
		r.add("facility", facilities[n>>3])
		if strings.HasPrefix(s[at:], "1 ") && r.rfc5424(s, at+2) {
			return true
		}
		r.fields = r.fields[:min(len(r.fields), 1)]
	} else if s[0]-'0' > 9 && month(s) == 0 && s[3] != ' ' || s[0]-'0' <= 9 && s[10] != 'T' {
		return false
	}
	ns, n := r.scan(s[at:])
	if n == 0 {
		if !priority {
			return false
		}
		r.shape = shapeSyslog
		r.message(s[at:], true)
		r.shape = shapeSyslog
		return true
	}
	shape := shapeSyslog
	if !priority && journalStamp(s[:n]) {
		shape = shapeSystemd
	}
	r.at(ns)
	if !r.tagged(s, at+n, priority) {
		return false
	}
	r.shape = shape
	return true
}

// journalStamp reports whether a time is written as journalctl does and daemons of syslog do not:
// days with a zero, microseconds without a year, +0000 without a colon.
func journalStamp(s string) bool {
	switch {
	case s[0]-'0' <= 9:
		return len(s) == 24 && s[21] != ':' && s[19] != '.'
	case month(s) > 0:
		return s[4] == '0' || len(s) > 15
	}
	return true // a day of the week: short-full
}

// tagged reads " host program[pid]: message" at s[i].
func (r *record) tagged(s string, i int, priority bool) bool {
	if i >= len(s) || s[i] != ' ' {
		return false
	}
	i++
	end := next(s, i)
	host, from := s[i:end], end+1
	if from >= len(s) || host == "" {
		return false
	}
	named := letter(s[0]) || priority                                    // daemons of syslog wrote the time, and no others
	if named && (host[len(host)-1] == ':' || host[len(host)-1] == ']') { // no host: the tag is next
		host, from = "", i
	}
	tag := tagEnd(s, from)
	if tag == 0 {
		if !priority {
			return false
		}
		r.add("host", host)
		r.message(s[from:], true)
		return true
	}
	if !priority && host != "" && levelClass[host[0]] == capital && levelWord(host) != 0 {
		return false
	}
	program := s[from : tag-1]
	bracket := strings.IndexByte(program, '[')
	if !named && bracket < 0 && s[i-2] == 'Z' { // likely a program's own words
		return false
	}
	if host != "" {
		r.add("host", host)
	}
	if i := bracket; i > 0 && program[len(program)-1] == ']' {
		r.add("app", program[:i])
		r.add("pid", program[i+1:len(program)-1])
	} else {
		r.add("app", program)
	}
	if tag < len(s) && s[tag] == ' ' {
		tag++
	}
	r.message(s[tag:], true)
	return true
}

// tagEnd is where program[pid]: at s[i] ends, 0 if there is none.
func tagEnd(s string, i int) int {
	for at := i; at < len(s) && at < i+64; at++ {
		switch b := s[at]; {
		case b == ':' && at > i && (at+1 == len(s) || s[at+1] == ' '):
			return at + 1
		case b == '[':
			end := strings.IndexByte(s[at:], ']')
			if end < 0 || at == i {
				return 0
			}
			at += end
		case b == ' ' || b == '=' || b == '{' || b == '"':
			return 0
		}
	}
	return 0
}

// rfc5424 reads what stands behind <PRI>1 at s[i].
func (r *record) rfc5424(s string, i int) bool {
	var part [5]string // time, host, app, pid, message's ID
	for n := range part {
		end := next(s, i)
		if end >= len(s) && n < len(part)-1 {
			return false
		}
		part[n], i = s[i:end], min(end+1, len(s))
	}
	if part[0] != "-" {
		ns, n := r.scan(part[0])
		if n == 0 || n != len(part[0]) {
			return false
		}
		r.at(ns)
	}
	for n, name := range [...]string{"host", "app", "pid", "msgid"} {
		if v := part[n+1]; v != "-" {
			r.add(name, v)
		}
	}
	i = r.structured(s, i)
	m := s[i:]
	m = strings.TrimPrefix(strings.TrimPrefix(m, " "), "\ufeff")
	r.message(m, true)
	r.shape = shapeSyslog5424
	return true
}

// structured reads structured data at s[i] and gives where it ends. Parameters
// become fields named id.parameter.
func (r *record) structured(s string, i int) int {
	if i < len(s) && s[i] == '-' {
		return i + 1
	}
	for i < len(s) && s[i] == '[' {
		end := i + 1
		for end < len(s) && s[end] != ' ' && s[end] != ']' {
			end++
		}
		id := s[i+1 : end]
		for i = end; i < len(s) && s[i] == ' '; {
			eq := strings.IndexByte(s[i:], '=')
			if eq < 0 || i+eq+1 >= len(s) || s[i+eq+1] != '"' {
				return len(s)
			}
			name := s[i+1 : i+eq]
			end := stringEnd(s, i+eq+2)
			if r.full {
				v := s[i+eq+2 : end]
				if strings.IndexByte(v, '\\') >= 0 {
					v = strings.NewReplacer(`\"`, `"`, `\\`, `\`, `\]`, `]`).Replace(v)
				}
				r.add(id+"."+name, v)
			}
			i = min(end+1, len(s))
		}
		if i < len(s) && s[i] == ']' {
			i++
		}
	}
	return i
}

// glog reads klog's and glog's "I1124 15:04:05.000000  1234 file.go:12] message".
func (r *record) glog(s string) bool {
	if len(s) < 22 || s[5] != ' ' || s[8] != ':' || s[11] != ':' {
		return false
	}
	severity := levelLetter(s[0])
	m, d := two(s, 1), two(s, 3)
	if severity == 0 || m < 1 || d < 1 {
		return false
	}
	secs, frac, at := timeOfDay(s, 6)
	end := strings.IndexByte(s, ']')
	if at == 0 || end < at || civil(2000, m, d) == noTime {
		return false
	}
	pid, from := number(s, space(s, at), 20)
	if pid < 0 || from >= len(s) || s[from] != ' ' {
		return false
	}
	if t := r.yearless(m, d, secs); t != noTime {
		r.at(t*1e9 + frac)
	}
	r.severity, r.shape = severity, shapeGlog
	if !r.full {
		return true
	}
	r.add("pid", strings.TrimSpace(s[at:from]))
	r.add("caller", s[from+1:end])
	body := strings.TrimPrefix(s[end+1:], " ")
	r.say(body, true)
	if body != "" && body[0] == '"' { // klog's structured "message" key="value"
		if q := stringEnd(body, 1); q < len(body) {
			r.pairs(body[q+1:])
			r.say(unescape(body[1:q]), false)
		}
		return true
	}
	r.pairs(body)
	return true
}

// access reads the access logs of Apache and nginx, common and combined, with a virtual host before or not.
func (r *record) access(s string) bool {
	open := strings.IndexByte(s[:min(len(s), 256)], '[')
	if open < 5 || s[open-1] != ' ' || len(s) < open+30 || s[open+3] != '/' {
		return false
	}
	ns, n := r.scan(s[open+1:])
	i := open + 1 + n
	if n == 0 || !strings.HasPrefix(s[i:], "] \"") {
		return false
	}
	i += 3
	end := stringEnd(s, i)
	if end+4 >= len(s) || s[end+1] != ' ' {
		return false
	}
	status, at := number(s, end+2, 3)
	if status < 100 || at < len(s) && s[at] != ' ' {
		return false
	}
	r.at(ns)
	r.severity, r.shape = statusSeverity(status), shapeAccess
	if r.full {
		r.request(s[:open-1], s[i:end])
		r.add("status", s[end+2:at])
		r.answer(s, at)
		r.say(s[i-1:], true)
	}
	return true
}

// request adds who asked and what for.
func (r *record) request(who, line string) {
	names := [...]string{"client", "ident", "user"}
	words := strings.Fields(who)
	if len(words) == 4 {
		r.add("vhost", words[0])
		words = words[1:]
	}
	for i, w := range words {
		if i < len(names) && w != "-" {
			r.add(names[i], w)
		}
	}
	method, rest, ok := strings.Cut(unescape(line), " ")
	if !ok {
		r.add("request", line)
		return
	}
	r.add("method", method)
	if i := strings.LastIndexByte(rest, ' '); i > 0 {
		r.add("path", rest[:i])
		r.add("protocol", rest[i+1:])
		return
	}
	r.add("path", rest)
}

// answer adds what stands behind the status at s[i]: bytes, referrer, agent, and named values.
func (r *record) answer(s string, i int) {
	if i >= len(s) {
		return
	}
	end := next(s, i+1)
	if _, err := strconv.ParseUint(s[i+1:end], 10, 64); err == nil {
		r.add("bytes", s[i+1:end])
	}
	i = end
	for _, name := range [...]string{"referer", "user_agent"} {
		if !strings.HasPrefix(s[i:], ` "`) {
			break
		}
		r.shape = shapeCombined
		v, end := pairValue(s, i+1)
		if v = r.unquoted(v); v != "-" {
			r.add(name, v)
		}
		i = end
	}
	r.pairs(s[i:])
}
