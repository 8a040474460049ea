package panels

import (
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	mdtext "github.com/yuin/goldmark/text"

	"nightjar/themes"
	"nightjar/ui/screen"
)

// A span is text in one style; a line is spans beside each other.
type (
	span struct {
		text  string
		style screen.Style
	}
	textLine []span
)

// A block is a paragraph or its like: spans that are wrapped together.
type block struct {
	first, rest string // before the first line and before the others
	spans       []span
	verbatim    bool // code: lines are kept and cut, not wrapped
	apart       bool // an empty line before it
	rule        bool
}

// Bounds of a text: more than this nobody reads in a panel.
const (
	maxMarkdown = 64 << 10
	maxDepth    = 8
)

// parseMarkdown reads the basics of CommonMark.
func parseMarkdown(source string) []block {
	src := []byte(source[:min(len(source), maxMarkdown)])
	doc := goldmark.DefaultParser().Parse(mdtext.NewReader(src))
	m := markdown{src: src}
	m.children(doc, "", "", 0)
	return m.blocks
}

type markdown struct {
	src    []byte
	blocks []block
	headed bool // the block before is a heading
	tight  bool // inside a list: no empty lines between its items
}

// children adds the blocks of a node, the first after the prefix first, all others after rest.
func (m *markdown) children(n ast.Node, first, rest string, depth int) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		m.block(c, first, rest, depth)
		first = rest
	}
}

func (m *markdown) add(b block) {
	b.apart = len(m.blocks) > 0 && !m.tight && !m.headed
	m.headed = false
	m.blocks = append(m.blocks, b)
}

func (m *markdown) block(n ast.Node, first, rest string, depth int) {
	if depth > maxDepth {
		return
	}
	switch n := n.(type) {
	case *ast.Heading:
		style := screen.On(themes.Title).With(themes.Bold)
		if n.Level == 1 {
			style = screen.On(themes.Strong)
		}
		m.add(block{first: first, rest: rest, spans: m.inline(nil, n, style)})
		m.headed = true
	case *ast.List:
		m.list(n, first, rest, depth)
	case *ast.Blockquote:
		m.children(n, first+"│ ", rest+"│ ", depth+1)
	case *ast.FencedCodeBlock, *ast.CodeBlock, *ast.HTMLBlock:
		var b strings.Builder
		for i := range n.Lines().Len() {
			at := n.Lines().At(i)
			b.Write(at.Value(m.src))
		}
		code := strings.TrimRight(strings.ReplaceAll(b.String(), "\t", "    "), "\n")
		m.add(block{first: first + "  ", rest: rest + "  ", verbatim: true, spans: []span{{code, screen.On(themes.Info)}}})
	case *ast.ThematicBreak:
		m.add(block{first: first, rule: true})
	case *ast.LinkReferenceDefinition:
	default:
		if n.Type() == ast.TypeBlock && n.FirstChild() != nil {
			m.add(block{first: first, rest: rest, spans: m.inline(nil, n, screen.On(themes.Text))})
		}
	}
}

// list adds the items of a list, without empty lines between them.
func (m *markdown) list(n *ast.List, first, rest string, depth int) {
	number, tight := n.Start, m.tight
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		bullet := "• "
		if n.IsOrdered() {
			bullet = strconv.Itoa(number) + ". "
			number++
		}
		pad := strings.Repeat(" ", screen.Width(bullet))
		m.children(item, first+bullet, rest+pad, depth+1)
		first = rest
		m.tight = true
	}
	m.tight = tight
}

// inline adds the spans of a node's text.
func (m *markdown) inline(spans []span, n ast.Node, style screen.Style) []span {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			s := string(c.Segment.Value(m.src))
			switch {
			case c.HardLineBreak():
				s += "\n"
			case c.SoftLineBreak():
				s += " "
			}
			spans = append(spans, span{s, style})
		case *ast.String:
			spans = append(spans, span{string(c.Value), style})
		case *ast.CodeSpan:
			spans = m.inline(spans, c, style.As(themes.Info))
		case *ast.Emphasis:
			attr := themes.Italic
			if c.Level >= 2 {
				attr = themes.Bold
			}
			spans = m.inline(spans, c, style.With(attr))
		case *ast.Link:
			before := len(spans)
			spans = m.inline(spans, c, style.As(themes.Link))
			if to := string(c.Destination); to != "" && (len(spans) != before+1 || spans[before].text != to) {
				spans = append(spans, span{" (" + to + ")", style.As(themes.Muted)})
			}
		case *ast.AutoLink:
			spans = append(spans, span{string(c.URL(m.src)), style.As(themes.Link)})
		case *ast.RawHTML:
			for i := range c.Segments.Len() {
				at := c.Segments.At(i)
				spans = append(spans, span{string(at.Value(m.src)), style.As(themes.Muted)})
			}
		default: // an image is its description
			spans = m.inline(spans, c, style)
		}
	}
	return spans
}

// layBlocks wraps blocks into lines of w columns.
func layBlocks(blocks []block, w int, ascii bool) []textLine {
	if w <= 0 {
		return nil
	}
	var lines []textLine
	for i := range blocks {
		if blocks[i].apart {
			lines = append(lines, nil)
		}
		lines = append(lines, blocks[i].lay(w, ascii)...)
		if len(lines) > maxWrapped {
			break
		}
	}
	return lines
}

// lay wraps one block.
func (b *block) lay(w int, ascii bool) []textLine {
	muted := screen.On(themes.Muted)
	first, rest := prefix(b.first, w, ascii), prefix(b.rest, w, ascii)
	if b.rule {
		ch := "─"
		if ascii {
			ch = "-"
		}
		return []textLine{{{first, muted}, {strings.Repeat(ch, max(0, w-screen.Width(first))), screen.On(themes.Rule)}}}
	}
	l := layer{w: w, rest: rest, line: textLine{{first, muted}}, used: screen.Width(first), ascii: ascii}
	l.start = l.used
	for _, s := range b.spans {
		for i, part := range strings.Split(s.text, "\n") {
			if i > 0 {
				l.flush()
			}
			if b.verbatim {
				l.put(part, s.style)
			} else {
				l.words(part, s.style)
			}
		}
	}
	l.flush()
	return l.lines
}

// prefix is what stands before a line, left out where it would leave no room.
func prefix(s string, w int, ascii bool) string {
	if ascii {
		s = strings.NewReplacer("•", "-", "│", "|").Replace(s)
	}
	if screen.Width(s) > w/2 {
		return ""
	}
	return s
}

// A layer fills lines with words of different styles.
type layer struct {
	lines []textLine
	line  textLine
	rest  string
	w     int
	used  int
	start int  // used by the prefix
	blank bool // a blank is due before the next word
	ascii bool
}

func (l *layer) flush() {
	l.lines = append(l.lines, l.line)
	l.line = textLine{{l.rest, screen.On(themes.Muted)}}
	l.used, l.blank = screen.Width(l.rest), false
	l.start = l.used
}

// put adds text, cut at the line's end.
func (l *layer) put(s string, style screen.Style) {
	if s = plainText(s, l.ascii); s == "" || l.used >= l.w {
		return
	}
	if screen.Width(s) > l.w-l.used {
		s = s[:textEnd(s, l.w-l.used)]
	}
	l.line = append(l.line, span{s, style})
	l.used += screen.Width(s)
}

// carry takes the word that the line ends with to the next line, for what
// follows it without a blank, such as a comma after a link.
func (l *layer) carry() {
	for i := len(l.line) - 1; i > 0; i-- {
		if l.line[i].text == " " {
			tail := slices.Clone(l.line[i+1:])
			l.line = l.line[:i]
			l.flush()
			for _, s := range tail {
				l.put(s.text, s.style)
			}
			return
		}
	}
}

// words adds the words of s, on new lines as they are needed.
func (l *layer) words(s string, style screen.Style) {
	const blanks = " \t\r"
	for s != "" && len(l.lines) < maxWrapped {
		if trimmed := strings.TrimLeft(s, blanks); trimmed != s {
			l.blank = l.used > l.start
			s = trimmed
			continue
		}
		end := strings.IndexAny(s, blanks)
		if end < 0 {
			end = len(s)
		}
		word := plainText(s[:end], l.ascii)
		s = s[end:]
		n := screen.Width(word)
		switch {
		case l.blank && l.used+1+n > l.w:
			l.flush()
		case !l.blank && l.used+n > l.w:
			l.carry()
		}
		if l.blank {
			l.put(" ", style)
			l.blank = false
		}
		for n > l.w-l.used && len(l.lines) < maxWrapped { // a word longer than a line is broken
			if l.used > l.start {
				l.flush()
				continue
			}
			at := max(1, textEnd(word, l.w-l.used))
			n = max(1, n-screen.Width(word[:at])) // not measured anew: a word may be 10 kB long
			l.put(word[:at], style)
			if word = word[at:]; word == "" {
				break
			}
			l.flush()
		}
		l.put(word, style)
	}
}
