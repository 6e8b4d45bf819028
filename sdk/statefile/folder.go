package statefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// folder is an open, checked folder.
type folder struct {
	path string
	file *os.File
}

// openFolder opens the folder of a state file; one that is not there gives
// [fs.ErrNotExist].
func openFolder(file string) (*folder, error) {
	path := filepath.Dir(file)
	fd, err := retry(func() (int, error) {
		return unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return nil, explainFolder(path, err)
	}
	d := &folder{path: path, file: os.NewFile(uintptr(fd), path)}
	info, err := d.file.Stat()
	if err == nil {
		err = checkDir(path, info)
	}
	if err != nil {
		return nil, errors.Join(err, d.file.Close())
	}
	return d, nil
}

// explainFolder says more about a folder that does not open. It only makes the
// text of what has failed already.
func explainFolder(path string, failed error) error {
	info, err := os.Lstat(path)
	switch {
	case err != nil || errors.Is(failed, fs.ErrNotExist):
	case info.Mode()&fs.ModeSymlink != 0:
		return refuseLink(path)
	case !info.IsDir():
		return refuseKind(path, "folder")
	default:
		if err := checkOwner(path, info); err != nil {
			return err
		}
	}
	return &fs.PathError{Op: "open", Path: path, Err: failed}
}

// makeFolder opens the folder of a state file, and makes it first if need be.
func makeFolder(file string) (*folder, error) {
	d, err := openFolder(file)
	if !errors.Is(err, fs.ErrNotExist) {
		return d, err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, err
	}
	return openFolder(file)
}

// open opens a file of the folder.
func (d *folder) open(name string, flags int, perm uint32) (*os.File, error) {
	fd, err := retry(func() (int, error) {
		return unix.Openat(d.fd(), name, flags|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, perm)
	})
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), filepath.Join(d.path, name)), nil
}

func (d *folder) fd() int { return int(d.file.Fd()) }

func (d *folder) remove(name string) {
	_, _ = retry(func() (int, error) { return 0, unix.Unlinkat(d.fd(), name, 0) })
}

// sync puts the folder's entries on the disk. Not every file system can; those
// write them in time by themselves.
func (d *folder) sync() error {
	err := d.file.Sync()
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP) {
		return nil
	}
	return err
}

func (d *folder) close() { _ = d.file.Close() }

// retry repeats a system call that a signal has interrupted.
func retry(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}
