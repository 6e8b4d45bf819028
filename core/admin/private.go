package admin

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// readPrivate reads at most so many bytes of a file with a secret, which is
// called what. The file must be a regular one that has none of the permissions
// in others, or a link to such. The error tells the mend, and nothing of what
// is in the file.
func readPrivate(path, what string, others fs.FileMode, most int64) (content []byte, err error) {
	// Without O_NONBLOCK a pipe would block here for ever.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, unreadable(err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	// The open file is asked, so nobody can put another in its place.
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("it is not a regular file: write %s to one", what)
	case withoutOwn(f, info.Mode().Perm())&others != 0:
		return nil, fmt.Errorf("others than its owner may use it (mode %04o): chmod 600 it", info.Mode().Perm())
	}
	return io.ReadAll(io.LimitReader(f, most))
}

// unreadable is why a file cannot be opened, without its path.
func unreadable(err error) error {
	if pathErr, ok := errors.AsType[*os.PathError](err); ok {
		err = pathErr.Err
	}
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w (as user %d): make it readable for the user of mockmd", err, os.Geteuid())
	}
	return err
}
