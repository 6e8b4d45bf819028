package socket

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// folder has a path that leaves room for the name of a socket.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sock") //nolint:usetesting // t.TempDir may be too long for a socket's name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// TestListenUnix: the socket is its owner's from the first moment, and gone
// after Close.
func TestListenUnix(t *testing.T) {
	t.Parallel()
	path := filepath.Join(folder(t), "s")
	l, err := ListenUnix(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode() != os.ModeSocket|0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if _, err := ListenUnix(t.Context(), path); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("somebody answers there: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after Close: %v", err)
	}
}

// TestListenUnixReplaces: what nobody answers on is replaced.
func TestListenUnixReplaces(t *testing.T) {
	t.Parallel()
	path := filepath.Join(folder(t), "s")
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	_ = dead.Close()
	l, err := ListenUnix(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
}

// TestListenUnixKeeps: nothing else is ever replaced or followed.
func TestListenUnixKeeps(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		put  func(dir, path string) error
		want string
	}{
		"a file":        {func(_, path string) error { return os.WriteFile(path, []byte("kept"), 0o600) }, "is there and no socket"},
		"a folder":      {func(_, path string) error { return os.Mkdir(path, 0o700) }, "is there and no socket"},
		"a link":        {func(dir, path string) error { return os.Symlink(filepath.Join(dir, "target"), path) }, "is a link, which is not followed"},
		"a bad folder":  {func(dir, _ string) error { return os.Chmod(dir, 0o777) }, "anybody may replace what is in"},
		"no folder":     {func(dir, _ string) error { return os.Remove(dir) }, "no such file or directory"},
		"locked folder": {func(dir, _ string) error { return hold(t, dir) }, "lock "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t)
			path := filepath.Join(dir, "s")
			if err := c.put(dir, path); err != nil {
				t.Fatal(err)
			}
			before, _ := os.Lstat(path)
			l, err := ListenUnix(context.WithoutCancel(t.Context()), path)
			if err == nil {
				_ = l.Close()
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if after, _ := os.Lstat(path); before != nil && !os.SameFile(before, after) {
				t.Error("it has been replaced")
			}
			if _, err := os.Lstat(filepath.Join(dir, "target")); err == nil {
				t.Error("the link was followed")
			}
		})
	}
}

// hold keeps a folder locked until the test ends.
func hold(t *testing.T, dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	t.Cleanup(func() { _ = f.Close() })
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
}
