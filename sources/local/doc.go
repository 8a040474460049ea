// Package local is this machine as a Prometheus: node_exporter's collectors
// in-process, their samples in an embedded engine, so that queries, rules and
// boards made for a fleet work on one machine with nothing installed.
//
// # What it guarantees
//
//   - Open returns in a few milliseconds; the first samples come at once, the
//     second a quarter of a second later, so that rates show soon; after that a
//     round starts at every whole interval of the clock.
//   - A collector that fails, hangs or panics stops no other. Its series end at
//     once, Status names it with the reason for as long as that lasts, and the
//     log says it once per change. (A panic in a goroutine that a collector
//     starts by itself cannot be caught.)
//   - A series that vanishes ends at once, with a staleness marker as
//     Prometheus's scraper writes it, not after the lookback of 90 s.
//   - Samples of one round of the cheap collectors become visible together.
//   - After a suspend, or when the clock was set forward, there is a gap, one
//     round, and none of the rounds that were missed. When the clock was set
//     back by more than 3 s, samples from after the new time are dropped and
//     rounds go on; by less, rounds wait until the time comes again. Status says
//     both.
//   - At most 20000 series are held. What comes beyond has no series until old
//     ones have left the window; Status counts it.
//   - It only reads, and starts no program. Nothing is written save the engine's
//     empty run-time directory, which Close removes.
//   - It works in a container and as an ordinary user. What may not be read is
//     missing; what the machine does not have is not remarked upon.
//
// # Series
//
// All have job="node" and instance="the host's name", as a scrape of
// node_exporter would have, without a port. Cheap collectors run every
// interval: cpu, diskstats, filefd, loadavg, meminfo, netdev, netstat,
// pressure, sockstat, stat, vmstat. Costly ones, and what changes slowly, run
// every 10 s (filesystem, tcpstat, hwmon, thermal_zone, mdadm, time, timex ...)
// or 30 s (arp, dmi, netclass, nvme, os, systemd, uname ...). Names are
// node_exporter's, as are the exclusions of pseudo filesystems. Of the tcp
// states (node_tcp_connection_states) and systemd its default says no; here they
// are on, but of node_systemd_unit_state only units that have failed are kept:
//
//	node_systemd_unit_state{name, state="failed", type}   1; gone when the unit has recovered
//	node_systemd_units{state}                             how many, of all states
//
// Beyond node_exporter:
//
//	nightjar_processes{state}                     processes: running, sleeping, blocked, zombie ...
//	nightjar_threads                              threads of all processes
//	nightjar_process_cpu_cores{pid, command, user}            1 is one core
//	nightjar_process_resident_memory_bytes{pid, command, user}
//	nightjar_process_read_bytes_per_second{pid, command, user}     where it may be read
//	nightjar_process_written_bytes_per_second{pid, command, user}
//	nightjar_process_threads{pid, command, user}
//	nightjar_process_series_left_out              of the top processes, those without series, see below
//	nightjar_sessions                             logins
//	nightjar_sshd_connections                     established connections to sshd
//	nightjar_failed_logins_last_hour              where their log may be read
//	nightjar_failed_logins_total
//	nightjar_virtualization_info{system, role}    1; none on bare metal
//
// The series of processes are those of the first 8 by CPU, by memory and by
// I/O: at most 24 processes at a time, and at most one new one every 5 s once
// 24 have come, so that short-lived ones do not fill the memory. Reading processes may take 0.25 % of a
// core, and 5 % while the table is looked at: on a machine with very many it is
// done less often, at least every 30 s.
//
// A filesystem's time to full is a query, in seconds:
//
//	node_filesystem_avail_bytes / -deriv(node_filesystem_avail_bytes[30m]) > 0
//
// # Tables
//
// "processes" and "sessions", see the packages of these names.
//
// # Other systems
//
// Where it is not linux, package psutil gives the same series as far as the
// system tells them.
package local
