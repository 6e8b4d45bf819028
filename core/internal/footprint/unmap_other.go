//go:build !linux

package footprint

// unmap does nothing: the memory of a process is only counted like this on
// Linux.
func unmap() error { return nil }
