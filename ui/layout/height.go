package layout

// grow gives spare rows to the lines that make use of them, in proportion to
// what they want.
func grow(lines []line, spare int) {
	give(lines, spare, func(l *line) int {
		if l.grows {
			return l.height
		}
		return 0
	})
}

// shrink takes excess rows, all of the least urgent lines' slack before any of
// a more urgent one's.
func shrink(lines []line, excess int) {
	for excess > 0 {
		worst, slack, found := 0, 0, false
		for _, l := range lines {
			if l.height > l.least && (!found || l.priority >= worst) {
				if !found || l.priority > worst {
					worst, slack, found = l.priority, 0, true
				}
				slack += l.height - l.least
			}
		}
		if !found {
			return
		}
		take := min(excess, slack)
		excess -= take
		// Taking is giving back what is not taken.
		for i := range lines {
			if l := &lines[i]; l.priority == worst {
				l.height, l.wanted = l.least, l.height
			}
		}
		give(lines, slack-take, func(l *line) int {
			if l.priority == worst {
				return max(0, l.wanted-l.least)
			}
			return 0
		})
	}
}

// fold fits as many lines as their least heights allow above the fold, and
// hands the rows left over to them: first up to what they want, then to those
// that grow. Lines below the fold keep what they want.
func fold(lines []line, height int) {
	above, used := 0, 0
	for above < len(lines) && used+lines[above].needs() <= height {
		used += lines[above].needs()
		above++
	}
	top, spare := lines[:above], height-used
	slack := 0
	for i := range top {
		l := &top[i]
		l.wanted = l.height
		slack += l.height - l.least
		l.height = l.least
	}
	give(top, min(spare, slack), func(l *line) int { return l.wanted - l.least })
	if spare > slack {
		grow(top, spare-slack)
	}
}

// give shares rows among lines by weight, in whole rows that sum up exactly. No
// line gets more than its weight as long as rows is at most their sum.
func give(lines []line, rows int, weight func(*line) int) {
	sum := 0
	for i := range lines {
		sum += weight(&lines[i])
	}
	if sum == 0 || rows <= 0 {
		return
	}
	weights := make([]int, len(lines))
	for i := range lines {
		weights[i] = weight(&lines[i])
	}
	at, edge := 0, 0
	for i := range lines {
		at += weights[i]
		next := (rows*at + sum/2) / sum
		lines[i].height += next - edge
		edge = next
	}
}
