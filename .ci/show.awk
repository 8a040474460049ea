# Reads go test -json and prints what a person wants to see: a line per package,
# every skip, and the whole output of tests and builds that failed.
function field(name,    at, rest, out, c) {
	at = index($0, "\"" name "\":\"")
	if (!at) return ""
	rest = substr($0, at + length(name) + 4)
	out = ""
	while ((c = substr(rest, 1, 1)) != "\"" && c != "") {
		if (c == "\\") {
			c = substr(rest, 2, 1)
			rest = substr(rest, 2)
			if (c == "n") c = "\n"
			else if (c == "t") c = "\t"
			else if (c == "u") {
				c = substr(rest, 2, 4)
				rest = substr(rest, 5)
				c = c == "003c" ? "<" : c == "003e" ? ">" : c == "0026" ? "&" : "\\u" c
			}
		}
		out = out c
		rest = substr(rest, 2)
	}
	return out
}
!/^\{/ { print; next }
{
	action = field("Action"); pkg = field("Package"); test = field("Test")
	key = pkg SUBSEP test
}
action == "output" {
	text = field("Output")
	if (test == "" && text ~ /^(ok|FAIL|---|panic|\?)/) printf "%s", text
	else if (text ~ /^ *--- SKIP/) printf "%s", text
	else kept[key] = kept[key] text
}
action == "build-output" { printf "%s", field("Output") }
action == "fail" { printf "%s", kept[key] }
action == "pass" || action == "skip" || action == "fail" { delete kept[key] }
