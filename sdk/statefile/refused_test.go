package statefile_test

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/mockmd/mockmd/sdk/statefile"
)

// Each case gets a folder D with a good file F in it, spoils it and says what
// Read and Write then say.
func TestRefused(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		spoil func(dir, file string) error
		root  bool   // the case can only be made by root
		read  string // "" is no error
		write string
	}{
		"readable by the group": {
			spoil: chmodFile(0o640),
			read:  "F is readable by others (mode 0640): run chmod 600 F",
		},
		"readable by all": {
			spoil: chmodFile(0o604),
			read:  "F is readable by others (mode 0604): run chmod 600 F",
		},
		"writable by others": {
			spoil: chmodFile(0o602),
			read:  "F is open to others (mode 0602): run chmod 600 F",
		},
		"a link": {
			spoil: func(_, file string) error {
				return errors.Join(os.Rename(file, file+".real"), os.Symlink(file+".real", file))
			},
			read: "F is a link, which is not followed here: put what it points to in its place",
		},
		"a link to nothing": {
			spoil: func(_, file string) error {
				return errors.Join(os.Remove(file), os.Symlink("nothing", file))
			},
			read: "F is a link, which is not followed here: put what it points to in its place",
		},
		"a folder": {
			spoil: func(_, file string) error {
				return errors.Join(os.Remove(file), os.Mkdir(file, 0o700))
			},
			read:  "F is not a regular file: remove it",
			write: "write F: file exists", // EISDIR on some systems
		},
		"a pipe": {
			spoil: func(_, file string) error {
				return errors.Join(os.Remove(file), syscall.Mkfifo(file, 0o600))
			},
			read: "F is not a regular file: remove it",
		},
		"too large": {
			spoil: func(_, file string) error { return os.Truncate(file, statefile.MaxSize+1) },
			read:  "F has 1048577 bytes, more than the 1048576 that are ever written: remove it",
		},
		"of another user": {
			spoil: func(_, file string) error { return os.Chown(file, 4711, -1) },
			root:  true,
			read:  "F belongs to user 4711, and this is user 0: run chown 0 F, or keep the state in another folder",
		},
		"folder others may change": {
			spoil: func(dir, _ string) error { return os.Chmod(dir, 0o770) },
			read:  "D may be changed by others (mode 0770): run chmod 700 D",
			write: "D may be changed by others (mode 0770): run chmod 700 D",
		},
		"folder others may read": {
			spoil: func(dir, _ string) error { return os.Chmod(dir, 0o755) },
		},
		"folder is a link": {
			spoil: func(dir, _ string) error {
				return errors.Join(os.Rename(dir, dir+".real"), os.Symlink(dir+".real", dir))
			},
			read:  "D is a link, which is not followed here: put what it points to in its place",
			write: "D is a link, which is not followed here: put what it points to in its place",
		},
		"folder is a file": {
			spoil: func(dir, _ string) error {
				return errors.Join(os.RemoveAll(dir), os.WriteFile(dir, nil, 0o600))
			},
			read:  "D is not a folder: remove it",
			write: "D is not a folder: remove it",
		},
		"folder of another user": {
			spoil: func(dir, _ string) error { return os.Chown(dir, 4711, -1) },
			root:  true,
			read:  "D belongs to user 4711, and this is user 0: run chown 0 D, or keep the state in another folder",
			write: "D belongs to user 4711, and this is user 0: run chown 0 D, or keep the state in another folder",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.root && os.Geteuid() != 0 {
				t.Skip("only root gives files away")
			}
			dir := filepath.Join(t.TempDir(), "plugin")
			file := filepath.Join(dir, "key.pem")
			if err := statefile.Write(file, []byte(secret)); err != nil {
				t.Fatal(err)
			}
			if err := c.spoil(dir, file); err != nil {
				t.Fatal(err)
			}
			_, err := statefile.Read(file)
			expectRefusal(t, name+", read", err, c.read, dir, file)
			err = statefile.Write(file, []byte(secret))
			if c.write == "write F: file exists" && errors.Is(err, syscall.EISDIR) {
				return
			}
			expectRefusal(t, name+", write", err, c.write, dir, file)
		})
	}
}

func chmodFile(mode fs.FileMode) func(string, string) error {
	return func(_, file string) error { return os.Chmod(file, mode) }
}

func expectRefusal(t *testing.T, what string, err error, want, dir, file string) {
	t.Helper()
	if want == "" {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		return
	}
	if err == nil {
		t.Errorf("%s: no error, want %s", what, want)
		return
	}
	got := strings.ReplaceAll(strings.ReplaceAll(err.Error(), file, "F"), dir, "D")
	if got != want {
		t.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
	if _, ok := errors.AsType[*statefile.RefusedError](err); ok == strings.HasPrefix(want, "write ") {
		t.Errorf("%s: the error is %T", what, err)
	}
	if strings.Contains(err.Error(), secret) {
		t.Errorf("%s: the error repeats the content: %v", what, err)
	}
}

func TestSocketIsRefused(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "statefile") //nolint:usetesting // t.TempDir may be too long for a socket's name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, err = statefile.Read(path)
	expectRefusal(t, "socket", err, "F is not a regular file: remove it", dir, path)
}

// What root may always do cannot be shown as root.
func TestWithoutPermission(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root needs no permission")
	}
	dir := filepath.Join(t.TempDir(), "plugin")
	file := filepath.Join(dir, "key.pem")
	if err := statefile.Write(file, []byte(secret)); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	if _, err := statefile.Read(file); err != nil {
		t.Errorf("read: %v", err)
	}
	for name, put := range map[string]func(string, []byte) error{"write": statefile.Write, "create": statefile.Create} {
		if err := put(file, []byte(secret)); !errors.Is(err, fs.ErrPermission) || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v, want fs.ErrPermission", name, err)
		}
	}
	if err := statefile.Write("/etc/mockmd-statefile-test/key.pem", nil); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("folder cannot be made: %v, want fs.ErrPermission", err)
	}
	if _, err := statefile.Read("/etc/passwd"); err == nil || !strings.HasPrefix(err.Error(), "/etc belongs to user 0, and this is user ") {
		t.Errorf("folder of root: %v", err)
	}
}
