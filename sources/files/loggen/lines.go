package main

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// A generator makes one record after another.
type generator struct {
	r     *rand.Rand
	clock func() time.Time // nil: of its own
	at    time.Time        // of the record before
	burst int              // records left that come close together, as where something fails
	b     []byte
	lines int // of the record before
}

func newGenerator(seed uint64) *generator {
	return &generator{
		r:  rand.New(rand.NewPCG(seed, 1)), //nolint:gosec // it shall be the same for the same seed
		at: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC),
	}
}

// next is the next record with its line ends, good until the one after it.
func (g *generator) next() []byte {
	g.tick()
	g.b, g.lines = g.b[:0], 1
	failing := g.burst > 0
	switch n := g.r.IntN(1000); {
	case failing && n < 30, n < 2:
		g.trace()
	case n < 290:
		g.syslog(failing)
	case n < 540:
		g.json(failing)
	case n < 700:
		g.logfmt(failing)
	case n < 880:
		g.access(failing)
	default:
		g.log4j(failing)
	}
	return g.b
}

// tick goes on to the time of the next record.
func (g *generator) tick() {
	if g.clock != nil {
		g.at = g.clock().UTC()
		g.burst = max(g.burst-1, 0)
	} else {
		gap := g.r.ExpFloat64() * float64(12*time.Millisecond)
		if g.burst > 0 {
			g.burst--
			gap /= 40
		}
		g.at = g.at.Add(time.Duration(gap))
	}
	if g.burst == 0 && g.r.IntN(20_000) == 0 {
		g.burst = 500 + g.r.IntN(3000)
	}
}

var (
	hosts    = []string{"api-1", "api-2", "api-3", "db-1", "db-2", "edge-1", "edge-2", "queue-1"}
	services = []string{"checkout", "cart", "search", "payments", "inventory", "shipping", "accounts", "mailer"}
	paths    = []string{"/api/v1/orders", "/api/v1/orders/%/items", "/api/v1/cart/%", "/search?q=lamp&page=%", "/static/app.js", "/healthz", "/login", "/api/v2/stock/%", "/images/product-%.webp"}
	agents   = []string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15", "curl/8.5.0", "Go-http-client/2.0", "kube-probe/1.31",
	}
	said = []string{
		"request served from cache after lookup of % keys", "order % placed by customer % and queued for shipping",
		"connection to replica % established in % ms", "refreshed % entries of the price list in % ms", "session % renewed for another % minutes",
		"worker % took job % off the queue", "payment % authorised, amount % cents", "sent % mails in a batch, % of them again",
	}
	failed = []string{
		"pool exhausted after % ms, % callers wait", "connection to db-% refused, attempt % of 5", "deadline exceeded after % ms while waiting for payment %",
		"order % could not be placed: stock of item % is unknown", "queue is full, % jobs rejected",
	}
	classes = []string{"org.example.shop.CheckoutService", "org.example.shop.CartController", "org.example.db.ConnectionPool", "org.example.mail.Dispatcher"}
	faults  = []string{"java.sql.SQLTransientConnectionException", "java.net.SocketTimeoutException", "java.lang.IllegalStateException"}
	methods = []string{"GET", "GET", "GET", "GET", "POST", "PUT", "DELETE"}
)

func (g *generator) pick(list []string) string { return list[g.r.IntN(len(list))] }

func (g *generator) text(s string) { g.b = append(g.b, s...) }

func (g *generator) number(most int) { g.b = strconv.AppendInt(g.b, int64(g.r.IntN(most)), 10) }

// digits writes a number with zeros in front.
func (g *generator) digits(n, width int) {
	for unit := pow10(width - 1); unit > 0; unit /= 10 {
		g.b = append(g.b, '0'+byte(n/unit%10)) //nolint:gosec // a digit
	}
}

func pow10(n int) int {
	p := 1
	for range n {
		p *= 10
	}
	return p
}

func (g *generator) time(layout string) { g.b = g.at.AppendFormat(g.b, layout) }

func (g *generator) hex(n int) {
	for range n {
		g.b = append(g.b, "0123456789abcdef"[g.r.IntN(16)])
	}
}

// fill writes a template, a number for each percent sign.
func (g *generator) fill(template string) {
	for i := range len(template) {
		if template[i] == '%' {
			g.number(9000)
		} else {
			g.b = append(g.b, template[i])
		}
	}
}

// message says what happened.
func (g *generator) message(failing bool) {
	if failing {
		g.fill(g.pick(failed))
	} else {
		g.fill(g.pick(said))
	}
}

// bad says whether a record is of something that failed.
func (g *generator) bad(failing bool) bool {
	if failing {
		return g.r.IntN(3) > 0
	}
	return g.r.IntN(100) == 0
}

// level is a severity's name.
func (g *generator) level(bad bool) string {
	if bad {
		return [...]string{"error", "error", "warn"}[g.r.IntN(3)]
	}
	return [...]string{"info", "info", "info", "info", "debug", "debug", "warn"}[g.r.IntN(7)]
}

func (g *generator) address() {
	for i := range 4 {
		if i > 0 {
			g.text(".")
		}
		g.number(256)
	}
}

// path writes a path of a request.
func (g *generator) path() { g.fill(g.pick(paths)) }

func (g *generator) syslog(failing bool) {
	bad := g.bad(failing)
	g.time("Jan _2 15:04:05 ")
	g.text(g.pick(hosts))
	g.text(" ")
	g.text(g.pick(services))
	g.text("[")
	g.number(32768)
	g.text("]: ")
	if bad {
		g.text("error: ")
	}
	g.message(bad)
	g.text(" (request ")
	g.hex(16)
	g.text(", tenant ")
	g.number(500)
	g.text(")\n")
}

func (g *generator) json(failing bool) {
	bad := g.bad(failing)
	g.text(`{"ts":"`)
	g.time("2006-01-02T15:04:05.000000Z")
	g.text(`","level":"`)
	g.text(g.level(bad))
	g.text(`","svc":"`)
	g.text(g.pick(services))
	g.text(`","msg":"`)
	g.message(bad)
	g.text(`","trace_id":"`)
	g.hex(32)
	g.text(`","duration_ms":`)
	g.number(2000)
	g.text("}\n")
}

func (g *generator) logfmt(failing bool) {
	bad := g.bad(failing)
	g.text("time=")
	g.time("2006-01-02T15:04:05.000Z")
	g.text(" level=")
	g.text(g.level(bad))
	g.text(" svc=")
	g.text(g.pick(services))
	g.text(` msg="`)
	g.message(bad)
	g.text(`" host=`)
	g.text(g.pick(hosts))
	g.text(" bytes=")
	g.number(100_000)
	g.text(" span=")
	g.hex(16)
	g.text("\n")
}

func (g *generator) access(failing bool) {
	status := "200"
	switch n := g.r.IntN(100); {
	case g.bad(failing):
		status = [...]string{"500", "502", "503"}[g.r.IntN(3)]
	case n < 5:
		status = "404"
	case n < 15:
		status = "304"
	}
	g.address()
	g.text(" - - [")
	g.time("02/Jan/2006:15:04:05 +0000")
	g.text(`] "`)
	g.text(g.pick(methods))
	g.text(" ")
	g.path()
	g.text(` HTTP/1.1" `)
	g.text(status)
	g.text(" ")
	g.number(90_000)
	g.text(` "-" "`)
	g.text(g.pick(agents))
	g.text("\"\n")
}

// head is what a line of Java begins with.
func (g *generator) head(level string) {
	g.time("2006-01-02 15:04:05,000 ")
	g.text(level)
	g.text(" [http-nio-8080-exec-")
	g.number(64)
	g.text("] ")
	g.text(g.pick(classes))
	g.text(" - ")
}

func (g *generator) log4j(failing bool) {
	bad := g.bad(failing)
	if bad {
		g.head("ERROR")
	} else {
		g.head([...]string{"INFO ", "INFO ", "INFO ", "DEBUG", "WARN "}[g.r.IntN(5)])
	}
	g.message(bad)
	g.text("\n")
}

// trace writes an error with the stack it came from.
func (g *generator) trace() {
	g.head("ERROR")
	g.message(true)
	g.text("\n")
	g.text(g.pick(faults))
	g.text(": ")
	g.message(true)
	g.text("\n")
	frames := 4 + g.r.IntN(16)
	for range frames {
		g.text("\tat ")
		g.text(g.pick(classes))
		g.text(".")
		g.text([...]string{"handle", "call", "invoke", "acquire", "send"}[g.r.IntN(5)])
		g.text("(Shop.java:")
		g.number(900)
		g.text(") ~[shop-")
		g.digits(g.r.IntN(100), 2)
		g.text(".jar:na]\n")
	}
	g.lines = 2 + frames
}
