//go:build unix

package supervise

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestPrepareSocketDir(t *testing.T) {
	t.Parallel()
	long := filepath.Join(t.TempDir(), strings.Repeat("x", 120))
	if err := os.Mkdir(long, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ dir, want string }{
		"missing":  {"/no/such/directory", "no such file or directory: set TMPDIR to a short path"},
		"too long": {long, "are possible: set TMPDIR to a short path"},
	} {
		if _, err := PrepareSocketDir(c.dir); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q in it", name, err, c.want)
		}
	}
	if left, err := os.ReadDir(long); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// TestLeftoversGo: what a killed core left is removed, what a living one uses
// is not.
func TestLeftoversGo(t *testing.T) {
	t.Parallel()
	dir := shortDir(t)
	home, err := socketDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	used := home.path
	left, young := filepath.Join(dir, socketDirPrefix+"left"), filepath.Join(dir, socketDirPrefix+"young")
	strange := filepath.Join(dir, "plugin-dir1")
	for _, path := range []string{left, young, strange} {
		if err := os.MkdirAll(filepath.Join(path, "plugin-dir"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	old := time.Now().Add(-time.Minute)
	for _, path := range []string{left, used, strange} {
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := PrepareSocketDir(dir); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{used: true, young: true, strange: true, left: false} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("%s is there: %v, want %v", filepath.Base(path), err == nil, want)
		}
	}
	if err := home.remove(false, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(used); err == nil {
		t.Error("the directory in use was not removed in the end")
	}
}

// noFilesEnv has the test below run in a process of its own, whose limit of file
// descriptors nobody else shares.
const noFilesEnv = "MOCKMD_TEST_NO_FILES"

// TestSocketDirWithoutFiles: a directory that could not be removed because
// there was no file descriptor for it is removed later.
func TestSocketDirWithoutFiles(t *testing.T) {
	if os.Getenv(noFilesEnv) == "" {
		// Not parallel: the reaper of another test ends processes that it does not
		// know.
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), self, "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), noFilesEnv+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	for name, tt := range map[string]struct {
		last, told bool
		want       error // without a file descriptor
	}{
		"tried again":       {false, false, unix.EMFILE},
		"for the last time": {true, false, unix.EMFILE},
		"a known socket":    {false, true, nil},
	} {
		home, err := socketDir(shortDir(t))
		if err != nil {
			t.Fatal(err)
		}
		socket := filepath.Join(home.path, "plugin-dir", "plugin")
		if err := os.MkdirAll(filepath.Dir(socket), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(socket, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if !tt.told {
			socket = ""
		}
		var limit unix.Rlimit
		if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
			t.Fatal(err)
		}
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 1, Max: limit.Max}); err != nil {
			t.Fatal(err)
		}
		err = home.remove(false, socket)
		if e := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); e != nil {
			t.Fatal(e)
		}
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: without a file descriptor: %v, want %v", name, err, tt.want)
		}
		for range 2 {
			if err := home.remove(tt.last, ""); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := os.Stat(home.path); !os.IsNotExist(err) {
			t.Errorf("%s: %s is left: %v", name, home.path, err)
		}
	}
}

// shortDir is a temporary directory for sockets: t.TempDir may be too long.
func shortDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sv") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
