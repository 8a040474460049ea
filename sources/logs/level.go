package logs

import (
	"nightjar/sources"
)

// Severities between the named ones, as OpenTelemetry's table of other formats has
// them: https://opentelemetry.io/docs/specs/otel/logs/data-model-appendix/
const (
	severityNotice = sources.SeverityInfo + 1
	severityCrit   = sources.SeverityError + 1
	severityAlert  = sources.SeverityError + 2
)

// levelWord is the severity that a word names in any case, 0 if it names none.
func levelWord(w string) sources.Severity {
	const longest = 13 // informational
	if len(w) == 0 || len(w) > longest {
		return 0
	}
	var low [longest]byte
	for i := range len(w) {
		low[i] = w[i] | 0x20 // folds letters; what it makes of others is in no name
	}
	switch string(low[:len(w)]) {
	case "trace", "trc", "finest", "verbose", "silly", "trac":
		return sources.SeverityTrace
	case "finer":
		return sources.SeverityTrace + 1
	case "debug", "dbg", "debu", "fine", "debug1":
		return sources.SeverityDebug
	case "debug2", "debug3", "debug4", "debug5", "config":
		return sources.SeverityDebug
	case "info", "inf", "information", "informational", "log":
		return sources.SeverityInfo
	case "notice", "note":
		return severityNotice
	case "warn", "warning", "wrn":
		return sources.SeverityWarn
	case "error", "err", "erro", "eror", "severe":
		return sources.SeverityError
	case "crit":
		return severityCrit
	case "alert":
		return severityAlert
	case "fatal", "ftl", "fata", "critical", "emerg", "emergency":
		return sources.SeverityFatal
	case "panic", "pnc", "pani", "dpanic":
		return sources.SeverityFatal
	}
	return 0
}

// levelLetter is the severity of a letter as klog, Android and MongoDB write it.
func levelLetter(b byte) sources.Severity {
	switch b {
	case 'T', 'V':
		return sources.SeverityTrace
	case 'D':
		return sources.SeverityDebug
	case 'I':
		return sources.SeverityInfo
	case 'W':
		return sources.SeverityWarn
	case 'E':
		return sources.SeverityError
	case 'F', 'C':
		return sources.SeverityFatal
	}
	return 0
}

// Level is the severity that the value of a field for it names: a word in any
// case, a letter, slog's WARN+1, a number of syslog, pino or bunyan; 0 if it names none.
func Level(value string) sources.Severity { return levelValue(value) }

// levelValue is the severity of what a field for it holds: a word, a letter, slog's
// WARN+1, or a number in text.
func levelValue(v string) sources.Severity {
	if len(v) == 1 {
		if s := levelLetter(v[0] &^ 0x20); s != 0 && letter(v[0]) {
			return s
		}
	}
	if s := levelWord(v); s != 0 {
		return s
	}
	if len(v) == 0 || len(v) > 16 {
		return 0
	}
	if n := digitsIn(v); n == len(v) {
		return levelNumber(v)
	}
	for i := 1; i < len(v)-1; i++ {
		if v[i] != '+' && v[i] != '-' {
			continue
		}
		s, n := levelWord(v[:i]), digitsIn(v[i+1:])
		if s == 0 || n != len(v)-i-1 || n > 2 {
			return 0
		}
		by, _ := number(v, i+1, 2)
		if v[i] == '-' {
			by = -by
		}
		return sources.Severity(min(max(int(s)+by, 1), 24))
	}
	return 0
}

// levelNumber is the severity of a number: of syslog up to 7, of pino and bunyan from 10 on.
func levelNumber(v string) sources.Severity {
	n, end := number(v, 0, 3)
	if end != len(v) {
		return 0
	}
	if n <= 7 {
		return syslogSeverity(n)
	}
	return pinoSeverity(n)
}

// syslogSeverity is that of RFC 5424's severities 0 to 7.
func syslogSeverity(n int) sources.Severity {
	return [...]sources.Severity{
		sources.SeverityFatal, severityAlert, severityCrit, sources.SeverityError,
		sources.SeverityWarn, severityNotice, sources.SeverityInfo, sources.SeverityDebug,
	}[n&7]
}

// pinoSeverity is that of pino's and bunyan's 10 (trace) to 60 (fatal), and of the
// numbers of one's own between them.
func pinoSeverity(n int) sources.Severity {
	if n < 10 || n >= 70 {
		return 0
	}
	return sources.Severity(n/10*4 - 3)
}

// httpStatus is the number that a field for a status holds, 0 if it holds none.
func httpStatus(v string) int {
	if n, end := number(v, 0, 3); end == 3 && len(v) == 3 && n >= 100 {
		return n
	}
	return 0
}

// statusSeverity is that of a response with an HTTP status.
func statusSeverity(status int) sources.Severity {
	switch {
	case status >= 500:
		return sources.SeverityError
	case status >= 400:
		return sources.SeverityWarn
	}
	return sources.SeverityInfo
}
