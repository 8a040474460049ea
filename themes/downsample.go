package themes

import (
	"image/color"

	"github.com/charmbracelet/x/ansi"
)

// nearest256 and nearest16 bring a colour down by x/ansi's perceptual conversion.
func nearest256(r, g, b uint8) int {
	c := ansi.Convert256(color.RGBA{R: r, G: g, B: b, A: 255})
	return int(c)
}

func nearest16(r, g, b uint8) int {
	c := ansi.Convert16(color.RGBA{R: r, G: g, B: b, A: 255})
	return int(c)
}
