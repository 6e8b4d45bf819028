//go:build !linux

package socket

// keepOut does nothing: there is no such means here.
func (l *Listener) keepOut() error { return nil }
