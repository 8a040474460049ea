// Package files reads log files where they lie: paths, globs and standard input.
//
// # What it guarantees
//
//   - Open returns when the last chunk (1 MiB) of each file is indexed, whatever
//     their size; the newest lines are found with that alone. The rest is indexed
//     beside, from the end to the start, by two goroutines. Searches read with two
//     more.
//   - The text stays in the file and is read with pread; nothing is mapped,
//     copied or written. The index costs 8 bytes a record. See block.go.
//   - A file is followed by name: it is looked at five times a second, ten
//     times while lines come. Files renamed, deleted and made anew, or emptied in
//     place are told by inode, size and first bytes. A file that was rotated away
//     is followed for 10 s more, and one that lost its name is kept open for a minute.
//   - Rotated siblings (FILE.1, FILE.2.gz, FILE-20260101.zst) are part of the log. They
//     are opened when a search passes the start of what came after them. Compressed ones are
//     read by stream, and 32 MiB of their text are kept.
//   - What was written between the last look and the moment a file was emptied in
//     place is read from the copy if there is one beside it; else a gap says that lines
//     may be missing. What was written between the copying and the emptying nobody can know.
//   - A record is a line and those that continue it, up to 5,000 lines; 1 MiB of it
//     is searched and shown, and the rest is counted in its text.
//   - Lines of one file stay in the file's order whatever their times are. Lines of
//     several are merged by time. A line without a time has that of the one before it;
//     in a file without any, that of its arrival.
//   - An error names the path and what to do. What was read stays.
package files
