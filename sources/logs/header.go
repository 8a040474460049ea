package logs

import (
	"strings"

	"nightjar/sources"
)

// header takes apart what loggers write between time and message: thread,
// logger, process, each in brackets or before a dash or colon, around the level.
// Without a level there is no telling a header from a message.
//
//	[main] INFO  org.example.Shop - message          log4j, logback
//	 INFO 4711 --- [main] org.example.Shop : message  Spring
//	- shop.cart - INFO - message                      Python
//	[error] 123#456: *7 message, client: 192.0.2.1    nginx
//	[123] user@database LOG:  message                 PostgreSQL
func (r *record) header(s string) {
	if r.severity == 0 || r.nginx(s) || r.postgres(s) {
		return
	}
	var thread, logger, pid string
	level, dashes, spring := false, 0, false
	i := 0
words:
	for range 10 {
		i = space(s, i)
		if i >= len(s) {
			break
		}
		if s[i] == '[' || s[i] == '(' {
			closing := byte(']')
			if s[i] == '(' {
				closing = ')'
			}
			end := strings.IndexByte(s[i:], closing)
			if end < 0 {
				break
			}
			inner := strings.TrimSpace(s[i+1 : i+end])
			switch {
			case !level && levelWord(inner) != 0:
				level = true
			case inner != "" && digitsIn(inner) == len(inner) && pid == "":
				pid = inner
			case thread == "":
				thread = inner
			default:
				break words
			}
			i += end + 1
			if i < len(s) && s[i] == ':' && level {
				i++
				break
			}
			continue
		}
		end := wordEnd(s, i)
		word := s[i:end]
		name := strings.TrimSuffix(word, ":")
		switch {
		case word == "-" || word == "|":
			dashes++
			if level && (logger != "" || thread != "") {
				i = end
				break words
			}
		case word == "---":
			spring = true
		case word == ":":
			i = end
			break words
		case !level && levelWord(name) != 0:
			level = true
			if name != word {
				i = end
				break words
			}
		case digitsIn(word) == len(word) && pid == "" && (!level || dashes == 0):
			pid = word
		case logger == "" && isLogger(name) && (!level || name != word || strings.HasPrefix(s[space(s, end):], "- ") || strings.HasPrefix(s[space(s, end):], ": ")):
			logger = name
			if name != word && level {
				i = end
				break words
			}
		default:
			break words
		}
		i = end
	}
	if !level {
		return
	}
	for _, f := range [...]sources.Label{{Name: "thread", Value: thread}, {Name: "logger", Value: logger}, {Name: "pid", Value: pid}} {
		if f.Value != "" {
			r.add(f.Name, f.Value)
		}
	}
	switch {
	case dashes >= 2 && !spring && thread == "":
		r.shape = shapePython
	case logger != "" && (spring || thread != "" || dashes > 0):
		r.shape = shapeLog4j
	}
	if i = space(s, i); i < len(s) {
		r.say(s[i:], true)
		r.console()
	}
}

// console reads what zap's console encoder writes behind the level, between
// tabs: the caller, the message, and the fields as JSON.
func (r *record) console() {
	s := r.body
	if caller, rest, ok := strings.Cut(s, "\t"); ok && isLogger(caller) && strings.Contains(caller, ".go:") {
		r.add("caller", caller)
		r.say(rest, true)
		s = rest
	}
	if i := strings.LastIndex(s, "\t{\""); i >= 0 && s[len(s)-1] == '}' {
		r.members(s, i+2, "", 1)
	}
}

// wordEnd is where the word at s[i] ends.
func wordEnd(s string, i int) int {
	for i < len(s) && s[i] != ' ' && s[i] != '\t' {
		i++
	}
	return i
}

// isLogger reports whether a word can be the name of a logger: a path of names.
func isLogger(s string) bool {
	if s == "" || !letter(s[0]) && s[0] != '_' {
		return false
	}
	for i := range len(s) {
		if !wordByte(s[i]) && strings.IndexByte(".$-/:[]", s[i]) < 0 {
			return false
		}
	}
	return true
}

// nginx reads "[level] pid#tid: *connection message, client: ..., server: ...".
func (r *record) nginx(s string) bool {
	if s == "" || s[0] != '[' {
		return false
	}
	level, rest, ok := strings.Cut(s[1:], "] ")
	pid := digitsIn(rest)
	if !ok || strings.ContainsAny(level, " [") || pid == 0 || pid == len(rest) || rest[pid] != '#' {
		return false
	}
	tid := digitsIn(rest[pid+1:])
	i := pid + 1 + tid
	if tid == 0 || !strings.HasPrefix(rest[i:], ": ") {
		return false
	}
	r.shape = shapeNginx
	r.add("pid", rest[:pid])
	r.add("tid", rest[pid+1:i])
	body := rest[i+2:]
	if strings.HasPrefix(body, "*") {
		if n := digitsIn(body[1:]); n > 0 && 1+n < len(body) {
			r.add("connection", body[1:1+n])
			body = body[1+n+1:]
		}
	}
	r.say(body, true)
	from := strings.Index(body, ", client: ")
	if from < 0 {
		return true
	}
	for _, pair := range strings.Split(body[from+2:], ", ") {
		if name, v, ok := strings.Cut(pair, ": "); ok && isLogger(name) {
			r.add(name, strip(v))
		}
	}
	return true
}

// postgres reads "[pid] user@database LEVEL:  message"; what stands between is up to log_line_prefix.
func (r *record) postgres(s string) bool {
	i := strings.Index(s[:min(len(s), 160)], ":  ")
	if i < 0 || s[0] != '[' {
		return false
	}
	pid := digitsIn(s[1:])
	if pid == 0 || 1+pid > i || s[1+pid] != ']' && s[1+pid] != '-' {
		return false
	}
	from := strings.LastIndexByte(s[:i], ' ') + 1
	if levelWord(s[from:i]) == 0 {
		return false
	}
	r.shape = shapePostgres
	r.add("pid", s[1:1+pid])
	for _, w := range strings.Fields(s[1+pid+1 : from]) {
		if user, database, ok := strings.Cut(w, "@"); ok {
			r.add("user", user)
			r.add("database", database)
		}
	}
	r.say(s[i+3:], true)
	return true
}
