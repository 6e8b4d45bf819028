// Package harden keeps the secrets of a process inside it. It imports nothing
// of mockmd.
package harden

// Process keeps the calling process, and for the first two also those that it
// starts, from leaving secrets behind: files are made for their owner alone,
// no core file is written, and other processes of the same user can neither
// read its memory nor attach to it. The error says what could not be done; the
// rest has been.
func Process() error { return process() }
