//go:build !linux

package admin

import (
	"io/fs"
	"os"
)

// withoutOwn is the mode of an open file.
func withoutOwn(_ *os.File, mode fs.FileMode) fs.FileMode { return mode }
