package units

import (
	"math"
	"strconv"
)

// FormatDecimals is Format with a fixed number of digits after the point; -1 chooses.
func FormatDecimals(v float64, u string, decimals int) string {
	if math.IsNaN(v) {
		return "-"
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}
