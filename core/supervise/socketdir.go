package supervise

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	// socketDirPrefix begins the names of the directories that hold a socket
	// between the start of a process and the first contact.
	socketDirPrefix = "mockmd-plugin-"
	// socketDirAge is how old such a directory must be for a missing lock to
	// mean something: it is made a moment before it is locked.
	socketDirAge = 2 * time.Second
	// longestSocket is what go-plugin makes below such a directory:
	// "/plugin-dir1234567890/plugin1234567890".
	longestSocket = 2 + len("plugin-dir") + len("plugin") + 2*10
)

// maxSocket is how long the path of a unix socket may be: what fits the
// kernel's structure with a zero at the end.
const maxSocket = len(syscall.RawSockaddrUnix{}.Path) - 1

// PrepareSocketDir checks that sockets can be made in dir, the system's
// temporary directory when it is empty, and removes from it what a core left
// behind that was killed in the very moment of starting a plugin. It returns
// the directory; the error names the mend.
func PrepareSocketDir(dir string) (string, error) {
	if dir == "" {
		dir = os.TempDir()
	}
	const mend = "set TMPDIR to a short path of a directory that this user may write to"
	probe, err := os.MkdirTemp(dir, socketDirPrefix)
	if err != nil {
		return "", fmt.Errorf("make a directory for plugin sockets: %w: %s", err, mend)
	}
	err = os.Remove(probe)
	if n := len(probe) + longestSocket; n > maxSocket {
		return "", errors.Join(fmt.Errorf("sockets in %s would have paths of %d bytes, at most %d are possible: %s", dir, n, maxSocket, mend), err)
	}
	left, _ := filepath.Glob(filepath.Join(dir, socketDirPrefix+"*")) // the pattern is well-formed
	for _, path := range left {
		err = errors.Join(err, removeLeftover(path))
	}
	if err != nil {
		return "", fmt.Errorf("tidy up after an earlier core: %w", err)
	}
	return dir, nil
}

// removeLeftover removes a socket directory of this user that no core holds.
func removeLeftover(path string) error {
	info, err := os.Lstat(path)
	if err != nil || !info.IsDir() || time.Since(info.ModTime()) < socketDirAge {
		return nil // gone meanwhile, something else, or too young to tell
	}
	if s, ok := info.Sys().(*syscall.Stat_t); !ok || int(s.Uid) != os.Getuid() {
		return nil
	}
	lock, err := lockDir(path)
	if err != nil {
		return nil // somebody's
	}
	return errors.Join(os.RemoveAll(path), lock.Close())
}

// lockDir takes the lock of a directory, which the kernel gives up with the
// process.
func lockDir(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	return f, nil
}

// socketDir makes the directory for the socket of one process.
func socketDir(in string) (*socketHome, error) {
	path, err := os.MkdirTemp(in, socketDirPrefix)
	if err != nil {
		return nil, fmt.Errorf("make a directory for the plugin's socket: %w", err)
	}
	lock, err := lockDir(path)
	if err != nil {
		return nil, errors.Join(err, os.Remove(path))
	}
	return &socketHome{path: path, lock: lock}, nil
}

// socketHome is the directory that holds the socket of one process until the
// first contact.
type socketHome struct {
	path string

	mu   sync.Mutex
	lock *os.File // nil once the directory has been removed
}

// remove removes the directory, and does nothing once it has. A core that has
// no file descriptor to spare can do so too when it is told where the socket
// is; else it fails, and can be tried again. The last time gives up the lock
// first, so that a later core removes what this one could not.
func (h *socketHome) remove(last bool, socket string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.lock == nil {
		return nil
	}
	// What is not empty stays, and what is not there need not go.
	if socket != "" && strings.HasPrefix(socket, h.path+string(filepath.Separator)) {
		_ = os.Remove(socket)
	}
	if _, err := h.lock.Seek(0, io.SeekStart); err == nil {
		names, _ := h.lock.Readdirnames(-1)
		for _, name := range names {
			_ = os.Remove(filepath.Join(h.path, name))
		}
	}
	err := os.Remove(h.path)
	if err != nil && !last {
		err = os.RemoveAll(h.path)
	}
	if err != nil && !last {
		return err
	}
	err = errors.Join(h.lock.Close(), os.RemoveAll(h.path))
	h.lock = nil
	return err
}
