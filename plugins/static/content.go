package static

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// content is a file as it was read.
type content struct {
	source  *source
	body    []byte
	info    fs.FileInfo
	settled bool
}

// files are contents by their path in the tree.
type files map[string]*content

// patience is how long a file that waits is waited for; others take no
// deadline.
const patience = 2 * time.Second

// racy is how old a file must be, when it is read, for its time of change to
// tell of the next change: file systems keep that in steps of up to 2 s.
const racy = 2 * time.Second

// unchanged says that a file with this info still has this content.
func (c *content) unchanged(info fs.FileInfo) bool {
	return c.settled && os.SameFile(c.info, info) && c.info.Size() == info.Size() && c.info.ModTime().Equal(info.ModTime())
}

// modified is the Last-Modified of the file: its time of change in whole
// seconds, and the zero time where a header cannot carry that.
func (c *content) modified() time.Time {
	t := c.info.ModTime().UTC().Truncate(time.Second)
	if t.Year() < 1970 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}

// equal says that both would be served alike.
func (c *content) equal(o *content) bool {
	return o != nil && bytes.Equal(c.body, o.body) && c.modified().Equal(o.modified())
}

var (
	errNotRegular = errors.New("it is not a regular file")
	errDirectory  = errors.New("it is a directory: use a directory block")
	errNotDir     = errors.New("it is not a directory: use a file block")
	errLinkAway   = errors.New("a link that is absolute or leads out of its directory is not followed: name or copy the file itself")
	errLinkBroken = errors.New("it is a link that leads nowhere")
)

// readFile reads a regular file of at most limit bytes. Last is how it was
// before, or nil; it is returned when nothing has changed.
func readFile(root *os.Root, name string, last *content, limit int64, now func() time.Time) (*content, error) {
	if last != nil {
		if info, err := root.Stat(name); err == nil && last.unchanged(info) {
			return last, nil
		}
	}
	began := now()
	// Opening a pipe would wait for a writer.
	f, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, linkError(root, name, err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, errDirectory
	case !info.Mode().IsRegular():
		return nil, errNotRegular
	}
	// Some files below /proc are regular and yet wait for something to happen.
	_ = f.SetReadDeadline(time.Now().Add(patience))
	body, err := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(body)) > limit:
		return nil, errTooLarge
	}
	return &content{body: body, info: info, settled: began.Sub(info.ModTime()) >= racy}, nil
}

// linkError tells of a link that os.Root does not follow.
func linkError(root *os.Root, name string, err error) error {
	info, statErr := root.Lstat(name)
	switch {
	case statErr != nil || info.Mode()&fs.ModeSymlink == 0 || errors.Is(err, fs.ErrPermission):
		return err
	case errors.Is(err, fs.ErrNotExist):
		return errLinkBroken
	}
	return errLinkAway
}

// notThere is what problem says of what does not exist.
const notThere = "there is no such file or directory"

// problem says in a few words why a file or directory cannot be read.
func problem(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return notThere
	case errors.Is(err, fs.ErrPermission):
		return "mockmd has no permission to read it"
	}
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err
	}
	return err.Error()
}
