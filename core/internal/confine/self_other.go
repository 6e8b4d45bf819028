//go:build unix && !linux

package confine

// adopt does nothing: only Linux has subreapers.
func adopt() error { return nil }

// expendable does nothing: only Linux can be told.
func expendable() error { return nil }
