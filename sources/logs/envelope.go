package logs

import (
	"strings"
	"sync"
)

// cri reads what kubelet keeps: "2016-10-06T00:17:09.669794202Z stdout F message".
// https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md
func (r *record) cri(s string) bool {
	if len(s) < 30 || s[0]-'0' > 9 || s[10] != 'T' {
		return false
	}
	ns, n := r.scan(s)
	if n == 0 || !strings.HasPrefix(s[n:], " std") || len(s) < n+10 {
		return false
	}
	stream := s[n+1 : n+7]
	if stream != "stdout" && stream != "stderr" || s[n+7] != ' ' || s[n+8] != 'F' && s[n+8] != 'P' || s[n+9] != ' ' && s[n+9] != ':' {
		return false
	}
	i := n + 9
	if s[i] == ':' { // more tags
		i = next(s, i)
	}
	r.at(ns)
	r.add("stream", stream)
	if s[n+8] == 'P' {
		r.add("logtag", "P")
	}
	r.inner(s[min(i+1, len(s)):], true)
	r.envelope = shapeCRI
	return true
}

// inner reads a line that a container wrote, which the envelope's time goes before.
func (r *record) inner(s string, tail bool) {
	s = strings.TrimSuffix(s, "\r")
	if s == "" || goesOn(s) {
		r.say(s, tail)
		r.joins = s != ""
		return
	}
	r.container = true
	r.message(s, tail)
}

// unwrapped is a body whose other lines, each behind a line end in rest, are in envelopes of their own.
func (r *Reader) unwrapped(body, rest string) string {
	var b strings.Builder
	b.WriteString(body)
	for line := range strings.SplitSeq(rest[1:], "\n") {
		rec := record{clock: clock{zone: &r.zone}, full: true}
		s := trimEnd(line)
		if len(s) <= maxScan && (rec.cri(s) || rec.json(s)) && rec.envelope != shapeText {
			s = rec.body
		}
		b.WriteByte('\n')
		b.WriteString(s)
	}
	return b.String()
}

// isDocker reports whether an object is an envelope of Docker's json-file.
func (r *record) isDocker() bool {
	return r.log != "" && r.stream != "" && !r.said && r.severity == 0
}

// scratch is room to unescape into.
var scratch = sync.Pool{New: func() any { return new([]byte) }}

// docker reads the line in an envelope of Docker's json-file.
func (r *record) docker() {
	s := r.log
	if r.full {
		r.inner(strings.TrimSuffix(unescape(s), "\n"), false)
		r.envelope = shapeDocker
		return
	}
	if strings.IndexByte(s, '\\') < 0 {
		r.inner(s, false)
		return
	}
	b := scratch.Get().(*[]byte)
	*b = appendUnescaped((*b)[:0], s)
	r.inner(strings.TrimSuffix(view(*b), "\n"), false)
	r.say("", false)
	scratch.Put(b)
}
