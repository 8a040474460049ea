package logs

import (
	"strings"
)

// What a field of a known name holds.
type meaning uint8

const (
	meansNothing meaning = iota
	meansTime
	meansLevel
	meansMessage
	meansStatus // of HTTP
	meansLog    // Docker's line, or the object of the Elastic Common Schema
	meansStream
	meansMongoTime
	meansSyslogLevel // a number of syslog's
	meansOTelLevel   // a number of OpenTelemetry's
	meansPythonLevel // a number of Python's
	meansRemark      // a message if there is no better one
)

// meaningOf is what loggers put into a field of that name.
func meaningOf(key string) meaning {
	switch key {
	case "time", "ts", "timestamp", "@timestamp", "@t", "datetime", "date", "asctime", "eventTime", "Timestamp", "Time",
		"timeUnixNano", "observedTimeUnixNano", "__REALTIME_TIMESTAMP", "_SOURCE_REALTIME_TIMESTAMP":
		return meansTime
	case "t":
		return meansMongoTime
	case "level", "lvl", "severity", "loglevel", "log_level", "log.level", "levelname", "level_name", "@l", "s", "Level",
		"LEVEL", "Severity", "severity_text", "severityText", "SeverityText":
		return meansLevel
	case "PRIORITY":
		return meansSyslogLevel
	case "severity_number", "severityNumber", "SeverityNumber":
		return meansOTelLevel
	case "levelno":
		return meansPythonLevel
	case "msg", "message", "@m", "@message", "short_message", "MESSAGE", "Message":
		return meansMessage
	case "event", "body", "@mt", "text":
		return meansRemark
	case "status", "status_code", "http.status_code":
		return meansStatus
	case "log":
		return meansLog
	case "stream":
		return meansStream
	}
	return meansNothing
}

// lift takes a value that says time, severity or message out of the fields; it
// reports false if the value is no such thing after all.
func (r *record) lift(m meaning, v string) bool {
	switch m {
	case meansTime, meansMongoTime:
		if r.hasTime {
			return false
		}
		ns, n := r.scan(v)
		if n == 0 || n != len(v) || ns == noTime {
			return false
		}
		r.at(ns)
		return true
	case meansLevel, meansSyslogLevel, meansOTelLevel, meansPythonLevel:
		if r.severity != 0 {
			return false
		}
		r.severity = levelOf(m, v)
		return r.severity != 0
	}
	return false
}

// logfmt reads key=value pairs: https://brandur.org/logfmt, and what slog's TextHandler writes.
func (r *record) logfmt(s string) bool {
	pairs, status, said, lifted, first := 0, 0, "", false, meansNothing
	r.shape = shapeLogfmt
	for i := 0; i < len(s); {
		if s[i] == ' ' || s[i] == '\t' {
			i++
			continue
		}
		n := keyEnd(s[i:])
		if n == 0 && pairs == 0 {
			return false
		}
		if n == 0 { // a lone word
			i = next(s, i)
			continue
		}
		key := s[i : i+n]
		value, end := pairValue(s, i+n+1)
		pairs++
		m := meaningOf(key)
		switch {
		case m == meansMessage && said == "":
			said = r.unquoted(value)
		case m != meansNothing && r.lift(m, strip(value)):
			lifted = true
			if !r.full && r.hasTime && r.severity != 0 {
				return true
			}
			if pairs == 2 && first == meansTime && m == meansLevel && key == "level" {
				r.shape = shapeSlog
			}
		default:
			if m == meansStatus && status == 0 {
				status = httpStatus(value)
			}
			if r.full {
				r.add(key, r.unquoted(value))
			}
		}
		if pairs == 1 && key == "time" && value != "" && value[0] != '"' {
			first = m
		}
		i = end
	}
	if r.severity == 0 && status >= 400 && pairs > 1 {
		r.severity = statusSeverity(status)
	}
	if said != "" {
		r.say(said, false)
	} else {
		r.say(s, true)
	}
	return pairs > 1 || said != "" || lifted
}

// pairs adds the key=value pairs that stand in free text.
func (r *record) pairs(s string) {
	if !r.full {
		return
	}
	for from := 0; ; {
		i := strings.IndexByte(s[from:], '=')
		if i < 0 {
			return
		}
		i += from
		start := i
		for start > from && keyBytes[s[start-1]] {
			start--
		}
		from = i + 1
		if start == i || !letter(s[start]) && s[start] != '_' || start > 0 && !strings.ContainsRune(" \t,;([{|&?", rune(s[start-1])) || i+1 == len(s) || s[i+1] == '=' {
			continue
		}
		value, end := pairValue(s, i+1)
		if len(value) == 0 || value[0] != '"' {
			value = strings.TrimRight(value, ",;)]}")
		}
		r.add(s[start:i], r.unquoted(value))
		from = end
	}
}

// keyEnd is the length of the key of key=, 0 if s begins with none.
func keyEnd(s string) int {
	if s == "" || !letter(s[0]) && s[0] != '_' && s[0] != '@' {
		return 0
	}
	for i := 1; i < len(s) && i <= maxName; i++ {
		if s[i] == '=' {
			return i
		}
		if !keyBytes[s[i]] {
			return 0
		}
	}
	return 0
}

// keyBytes are those that keys are made of.
var keyBytes = func() (t [256]bool) {
	for i := range t {
		b := byte(i)
		t[i] = wordByte(b) || b == '.' || b == '-' || b == '/' || b == '@'
	}
	return t
}()

// pairValue is the value at s[i], with its quotes, and where it ends.
func pairValue(s string, i int) (string, int) {
	if i < len(s) && s[i] == '"' {
		end := stringEnd(s, i+1)
		return s[i:min(end+1, len(s))], min(end+1, len(s))
	}
	end := next(s, i)
	return s[i:end], end
}

// next is where the word at s[i] ends.
func next(s string, i int) int {
	for i < len(s) && s[i] != ' ' { // words are too short for IndexByte to pay
		i++
	}
	return i
}

// strip takes the quotes off a value whose content needs no unescaping to be understood.
func strip(v string) string {
	if len(v) >= 2 && v[0] == '"' && v[len(v)-1] == '"' {
		return v[1 : len(v)-1]
	}
	return v
}

// unquoted is a value as it was meant.
func (r *record) unquoted(v string) string {
	if v == "" || v[0] != '"' {
		return v
	}
	v = v[1:]
	v = v[:stringEnd(v, 0)]
	if !r.full {
		return v
	}
	return unescape(v)
}
