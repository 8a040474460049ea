// Package scrape is Prometheus's own scraper filling an embedded engine:
// exporters can be watched, queried and drawn with no server at all.
//
// # What it guarantees
//
//   - Scraping is Prometheus's: `up` and the other series about a scrape,
//     staleness, relabelling, honor_labels, honor_timestamps, limits, and the
//     text, OpenMetrics and protobuf formats are as its users know them. Jobs
//     have its own syntax, see ParseConfigs.
//   - Every target is scraped for the first time as soon as it is known, a tenth
//     of a second after Open for those of static_configs. Prometheus spreads the
//     first scrapes over an interval to spare a server with thousands of
//     targets; a person who waits has few.
//   - Targets come from static_configs and file_sd_configs. Files are watched.
//   - Memory is bounded: at most Options.MaxSeries series are held, and a job
//     that sets no limits of its own gets a body_size_limit of 64 MB and a
//     sample_limit of MaxSeries. What is left out is counted in Status.
//   - It only reads. Nothing is written save the engine's empty run-time
//     directory, which Close removes; scrape_failure_log_file is ignored.
//   - Close does not wait for a target that hangs (unless it is behind a Unix
//     socket), and leaves no goroutine.
//   - Credentials are in no error, log line, note or table.
//   - A panic in what is ours fails one scrape and is said; one in Prometheus's
//     own goroutines cannot be caught.
//
// # Rounds
//
// A round is a wave of scrapes. It is over when every target has answered or
// failed, and at the latest a fifth of a second after its first answer: what comes
// later is a round of its own. Targets of one interval are scraped together.
//
// # Tables
//
// "targets" has a row for every active target: its job and instance, its health
// (up, down or unknown), how old its last scrape is, how long that took, how
// many samples it gave, its error and its URL.
package scrape
