# Reads go test -json and prints the totals in one line. A test counts once per
# package, subtests count too; a package that fails without a failed test (it did
# not build, it panicked) counts as one failure.
function field(name) {
	if (!match($0, "\"" name "\":\"[^\"]*\"")) return ""
	return substr($0, RSTART + length(name) + 4, RLENGTH - length(name) - 5)
}
/^\{/ {
	action = field("Action")
	if (action != "pass" && action != "fail" && action != "skip") next
	pkg = field("Package")
	if (index($0, "\"Test\":\"")) {
		n[action]++
		if (action == "fail") blamed[pkg] = 1
	} else if (action == "fail" && !(pkg in blamed)) {
		n["fail"]++
	}
}
END { printf "%d passed, %d failed, %d skipped\n", n["pass"], n["fail"], n["skip"] }
