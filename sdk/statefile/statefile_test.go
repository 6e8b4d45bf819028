package statefile_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/mockmd/mockmd/sdk/statefile"
)

// secret must not be in any error.
const secret = "canary-of-the-state"

func TestWriteThenRead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "above", "plugin", "key.pem")
	if _, err := statefile.Read(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("read of nothing: %v, want fs.ErrNotExist", err)
	}
	for _, content := range []string{secret, "", secret + secret} {
		if err := statefile.Write(path, []byte(content)); err != nil {
			t.Fatal(err)
		}
		if got, err := statefile.Read(path); err != nil || string(got) != content {
			t.Errorf("read %q, %v; want %q", got, err, content)
		}
	}
	expectMode(t, path, 0o600)
	expectMode(t, filepath.Dir(path), fs.ModeDir|0o700)
	expectMode(t, filepath.Dir(filepath.Dir(path)), fs.ModeDir|0o700)
	expectAlone(t, path)
	if _, err := statefile.Read(path + ".other"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("read beside it: %v, want fs.ErrNotExist", err)
	}
}

func TestCreateOnlyOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plugin", "key.pem")
	if err := statefile.Create(path, []byte("first")); err != nil {
		t.Fatal(err)
	}
	err := statefile.Create(path, []byte(secret))
	if !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), secret) {
		t.Errorf("second create: %v, want fs.ErrExist", err)
	}
	if got, err := statefile.Read(path); err != nil || string(got) != "first" {
		t.Errorf("read %q, %v; want what was created first", got, err)
	}
	expectMode(t, path, 0o600)
	expectAlone(t, path)
}

func TestRemove(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plugin", "key.pem")
	if err := statefile.Remove(path); err != nil {
		t.Errorf("without a folder: %v", err)
	}
	if err := statefile.Write(path, []byte(secret)); err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{"the file", "nothing"} {
		if err := statefile.Remove(path); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is still there: %v", what, err)
		}
	}
	if err := os.Chmod(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if _, ok := errors.AsType[*statefile.RefusedError](statefile.Remove(path)); !ok {
		t.Error("a folder that others may change is not refused")
	}
	if err := statefile.Remove(filepath.Dir(path)); err == nil {
		t.Error("a folder is removed")
	}
}

func TestTooMuch(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plugin", "key.pem")
	data := bytes.Repeat([]byte("x"), statefile.MaxSize)
	if err := statefile.Write(path, data); err != nil {
		t.Fatal(err)
	}
	if got, err := statefile.Read(path); err != nil || !bytes.Equal(got, data) {
		t.Errorf("read %d bytes, %v; want %d", len(got), err, len(data))
	}
	want := fmt.Sprintf("write %s: 1048577 bytes, at most 1048576 are kept", path)
	if err := statefile.Write(path, append(data, 'x')); err == nil || err.Error() != want {
		t.Errorf("error = %v, want %s", err, want)
	}
}

// Whoever writes, a reader sees the whole of what one of them wrote.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plugin", "key.pem")
	once := filepath.Join(filepath.Dir(path), "once.pem")
	content := func(i int) []byte { return bytes.Repeat([]byte{byte('a' + i)}, 10000+i) }
	whole := func(data []byte) bool {
		return len(data) >= 10000 && bytes.Equal(data, content(int(data[0]-'a')))
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	created := 0
	for i := range 8 {
		wg.Go(func() {
			err := statefile.Create(once, content(i))
			switch {
			case err == nil:
				mu.Lock()
				created++
				mu.Unlock()
			case !errors.Is(err, fs.ErrExist):
				t.Errorf("create: %v", err)
			}
			for range 10 {
				if err := statefile.Write(path, content(i)); err != nil {
					t.Errorf("write: %v", err)
				}
				for _, p := range []string{path, once} {
					if got, err := statefile.Read(p); err != nil || !whole(got) {
						t.Errorf("%s is torn: %d bytes, %v", p, len(got), err)
					}
				}
			}
		})
	}
	wg.Wait()
	if created != 1 {
		t.Errorf("created %d times, want once", created)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 2 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func expectMode(t *testing.T, path string, want fs.FileMode) {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != want {
		t.Errorf("%s has mode %s, want %s", path, info.Mode(), want)
	}
}

// expectAlone finds temporary files that were left behind.
func expectAlone(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 {
		t.Errorf("beside %s: %v", path, entries)
	}
}
