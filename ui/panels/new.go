package panels

import (
	"nightjar/themes"
	"nightjar/ui/boards"
	"nightjar/ui/screen"
)

func newPanel(p *boards.Panel) Panel {
	switch p.Kind {
	case boards.KindGraph:
		return newGraph(p)
	case boards.KindStat:
		return newStat(p)
	case boards.KindGauge:
		return newGauge(p)
	case boards.KindTable:
		return newTable(p)
	case boards.KindHeatmap:
		return newHeatmap(p)
	case boards.KindText:
		return newText(p)
	case boards.KindLimits:
		return newLimits(p)
	case boards.KindBars:
		return newBars(p)
	case boards.KindLogs:
		return newLogs(p)
	}
	return &unknownPanel{base: newBase(p)}
}

// An unknownPanel says that its kind is not known, in its place.
type unknownPanel struct{ base }

// Draw says what kind was asked for and which there are.
func (p *unknownPanel) Draw(r screen.Region, c Context) {
	r.Text(0, 0, plainText("there is no panel of kind "+string(p.spec.Kind), c.ASCII), screen.On(themes.Warning))
	known := "kinds:"
	for _, k := range boards.Kinds() {
		known += " " + string(k)
	}
	r.Text(0, 1, known, screen.On(themes.Muted))
}
