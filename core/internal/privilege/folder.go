//go:build unix

package privilege

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// GiveFolder makes a folder, with those above it, for a user alone, while the
// process is still root's. One that is there must be the user's already, or
// root's and empty: what root has kept in it would be unreadable for the user,
// and giving away what others may have put there is not safe.
func GiveFolder(path string, uid, gid int) error {
	if err := makeAbove(filepath.Dir(path)); err != nil {
		return err
	}
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	// From here on it is this one folder, whatever is put in its place.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	return errors.Join(give(f, uid, gid), f.Close())
}

// Owns says whether a folder is there and belongs to a user.
func Owns(path string, uid int) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir() && int(info.Sys().(*syscall.Stat_t).Uid) == uid
}

// makeAbove makes a folder, and those above it, that the user walks through,
// whatever the umask is.
func makeAbove(path string) error {
	err := os.Mkdir(path, 0o755) //nolint:gosec // see above
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeAbove(filepath.Dir(path)); err != nil {
			return err
		}
		err = os.Mkdir(path, 0o755) //nolint:gosec // see above
	}
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil // as it is
	case err != nil:
		return err
	}
	return os.Chmod(path, 0o755) //nolint:gosec // see above
}

func give(f *os.File, uid, gid int) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	owner := info.Sys().(*syscall.Stat_t).Uid
	if int(owner) == uid {
		return nil
	}
	_, err = f.Readdirnames(1)
	switch {
	case owner != 0:
		return fmt.Errorf("it belongs to user %d: give it to the user of mockmd by `chown -R %d:%d %s`", owner, uid, gid, f.Name())
	case err == nil:
		return fmt.Errorf("it belongs to root and is not empty: give it to the user of mockmd by `chown -R %d:%d %s`", uid, gid, f.Name())
	case !errors.Is(err, io.EOF):
		return err
	}
	return errors.Join(f.Chown(uid, gid), f.Chmod(0o700))
}
