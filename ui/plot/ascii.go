package plot

// asciiDots is the 7-bit character that looks most like each braille pattern.
var asciiDots = func() (table [256]byte) {
	for d := range table {
		table[d] = likeness(uint8(d))
	}
	return table
}()

// likeness finds a character for a pattern: slopes where the two columns are
// apart, a bar where one is high, a full mark where both are, else a dash at
// the pattern's height.
func likeness(d uint8) byte {
	var sum, count [DotsX]int
	top, bottom := DotsY, -1
	for y := range DotsY {
		for x := range DotsX {
			if d&dotBits[y][x] != 0 {
				sum[x] += y
				count[x]++
				top, bottom = min(top, y), max(bottom, y)
			}
		}
	}
	total := count[0] + count[1]
	switch {
	case total == 0:
		return ' '
	case total >= 6:
		return '#'
	case count[0] > 0 && count[1] > 0:
		left, right := float64(sum[0])/float64(count[0]), float64(sum[1])/float64(count[1])
		switch {
		case total == 2 && (left-right >= 2 || right-left >= 2): // a raster, not a line
			return ':'
		case left-right >= 1:
			return '/'
		case right-left >= 1:
			return '\\'
		}
	}
	switch height := bottom - top; {
	case height >= 2:
		return '|'
	case top+bottom <= 1:
		return '\''
	case top+bottom <= 4:
		return '-'
	}
	return '.'
}
