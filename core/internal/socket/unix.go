package socket

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// MaxPath is how long the path of a Unix socket may be, in bytes: what fits
// the kernel's structure with a zero at the end.
const MaxPath = len(syscall.RawSockaddrUnix{}.Path) - 1

// ownerOnly is the mode of a Unix socket: only its owner may connect.
const ownerOnly = 0o600

// lockTries and lockPause bound the wait for another program that makes a
// socket in the same folder at the same time.
const (
	lockTries = 100
	lockPause = 10 * time.Millisecond
)

// ListenUnix opens a Unix socket at an absolute path, for its owner alone. What
// an earlier program left there is replaced when it is a socket that nobody
// answers on; nothing else ever is, and no link is followed. When somebody
// answers the error is EADDRINUSE. Close removes the path.
func ListenUnix(ctx context.Context, path string) (*Listener, error) {
	folder := filepath.Dir(path)
	unlock, err := lockFolder(ctx, folder)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := removeStale(ctx, path); err != nil {
		return nil, err
	}
	c := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		// On Linux the mode of the socket is that of its path, from the first
		// moment on. Elsewhere the umask of the process has to do.
		return c.Control(func(fd uintptr) { _ = unix.Fchmod(int(fd), ownerOnly) })
	}}
	l, err := c.Listen(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	// A link that somebody has put there meanwhile is not followed.
	if err := unix.Fchmodat(unix.AT_FDCWD, path, ownerOnly, unix.AT_SYMLINK_NOFOLLOW); err != nil && !errors.Is(err, unix.EOPNOTSUPP) {
		return nil, errors.Join(fmt.Errorf("make %s accessible for its owner alone: %w", path, err), l.Close())
	}
	return newListener(l.(*net.UnixListener)), nil
}

// lockFolder keeps other programs that use ListenUnix from looking for stale
// sockets in the folder, until unlock is called.
func lockFolder(ctx context.Context, folder string) (unlock func(), err error) {
	f, err := os.Open(folder)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = f.Close() // it was only looked at
		}
	}()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.IsDir():
		return nil, fmt.Errorf("%s is not a folder", folder)
	case info.Mode().Perm()&0o002 != 0 && info.Mode()&fs.ModeSticky == 0:
		return nil, fmt.Errorf("anybody may replace what is in %s (mode %04o): choose a folder that only its owner may write to", folder, info.Mode().Perm())
	}
	tick := time.NewTicker(lockPause)
	defer tick.Stop()
	for try := 1; ; try++ {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = f.Close() }, nil // which unlocks
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) || try == lockTries {
			return nil, fmt.Errorf("lock %s: %w", folder, err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// removeStale removes a socket that nobody answers on.
func removeStale(ctx context.Context, path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode()&fs.ModeSymlink != 0:
		return fmt.Errorf("%s is a link, which is not followed: remove it", path)
	case info.Mode()&fs.ModeSocket == 0:
		return fmt.Errorf("%s is there and no socket: remove it, or choose another path", path)
	}
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", path)
	switch {
	case err == nil:
		_ = c.Close() // it was only to see that somebody is there
		return fmt.Errorf("somebody answers on %s: %w", path, syscall.EADDRINUSE)
	case !errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("see whether somebody answers on %s: %w", path, err)
	}
	return os.Remove(path)
}
