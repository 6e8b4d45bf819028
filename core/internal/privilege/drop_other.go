//go:build unix && !linux

package privilege

// powerless has nothing to say: only Linux has capabilities.
func powerless() error { return nil }
