package statefile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// MaxSize is the size in bytes that a file may have.
const MaxSize = 1 << 20

// Read returns what [Write] or [Create] has put at path. When there is no such
// file or folder, the error is [fs.ErrNotExist]; when one of them is not safe
// to use, it is a [RefusedError]. It never blocks on what is not a file, and
// changes nothing.
func Read(path string) ([]byte, error) {
	d, err := openFolder(path)
	if err != nil {
		return nil, err
	}
	defer d.close()
	f, err := d.open(filepath.Base(path), unix.O_RDONLY, 0)
	if err != nil {
		return nil, explainFile(d, path, err)
	}
	defer func() { _ = f.Close() }() // read only
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if err := checkFile(path, info); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, MaxSize+1))
	if err != nil {
		return nil, err
	}
	if len(data) > MaxSize {
		return nil, fmt.Errorf("read %s: it grew to more than %d bytes meanwhile", path, MaxSize)
	}
	return data, nil
}

// explainFile says more about a file that does not open. It only makes the
// text of what has failed already.
func explainFile(d *folder, path string, failed error) error {
	var st unix.Stat_t
	err := unix.Fstatat(d.fd(), filepath.Base(path), &st, unix.AT_SYMLINK_NOFOLLOW)
	switch {
	case err != nil || errors.Is(failed, fs.ErrNotExist):
	case st.Mode&unix.S_IFMT == unix.S_IFLNK:
		return refuseLink(path)
	case st.Mode&unix.S_IFMT != unix.S_IFREG:
		return refuseKind(path, "regular file")
	default:
		if err := checkOwnerID(path, st.Uid); err != nil {
			return err
		}
	}
	return &fs.PathError{Op: "open", Path: path, Err: failed}
}
