// Package logsink stands between the process's log and the file that it goes
// to, so that a reader that does not read, such as a full pipe, never holds up
// who logs. It imports nothing but the standard library.
package logsink
