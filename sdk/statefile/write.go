package statefile

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Write puts data at path, in place of what is there. The folder is made when
// it is not there, with mode 0700; one that is not safe to use is refused with
// a [RefusedError]. Of several processes that write at once the last one wins,
// and a reader sees the whole of one of them.
func Write(path string, data []byte) error {
	return put(path, data, func(d *folder, temporary, name string) error {
		return unix.Renameat(d.fd(), temporary, d.fd(), name)
	})
}

// Create is Write for a file that must not be there yet, else the error is
// [fs.ErrExist]. Of several processes that create at once the first one wins;
// the others can read the whole of what it wrote. The file system must know
// hard links.
func Create(path string, data []byte) error {
	return put(path, data, func(d *folder, temporary, name string) error {
		return unix.Linkat(d.fd(), temporary, d.fd(), name, 0)
	})
}

// put writes a temporary file and has publish give it its name.
func put(path string, data []byte, publish func(d *folder, temporary, name string) error) error {
	if len(data) > MaxSize {
		return fmt.Errorf("write %s: %d bytes, at most %d are kept", path, len(data), MaxSize)
	}
	d, err := makeFolder(path)
	if err != nil {
		return err
	}
	defer d.close()
	name := filepath.Base(path)
	temporary := "." + name + "." + rand.Text() + ".tmp"
	if err := d.fill(temporary, data); err != nil {
		return err
	}
	_, err = retry(func() (int, error) { return 0, publish(d, temporary, name) })
	d.remove(temporary) // gone already when it was renamed
	if err != nil {
		return &fs.PathError{Op: "write", Path: path, Err: err}
	}
	return d.sync()
}

// fill writes a new file of mode 0600 to the disk; it leaves none behind when
// that fails.
func (d *folder) fill(name string, data []byte) (err error) {
	f, err := d.open(name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL, 0o600)
	if err != nil {
		return &fs.PathError{Op: "create", Path: filepath.Join(d.path, name), Err: err}
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			d.remove(name)
		}
	}()
	return fillFile(f, data)
}

func fillFile(f *os.File, data []byte) error {
	// The umask may have taken rights from the owner.
	if err := f.Chmod(0o600); err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.Sync()
}

// Remove takes the file at path away, for good: it is gone after a crash too.
// One that is not there is no error. A folder that is not safe to use is
// refused with a [RefusedError].
func Remove(path string) error {
	d, err := openFolder(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer d.close()
	_, err = retry(func() (int, error) { return 0, unix.Unlinkat(d.fd(), filepath.Base(path), 0) })
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &fs.PathError{Op: "remove", Path: path, Err: err}
	}
	return d.sync()
}
