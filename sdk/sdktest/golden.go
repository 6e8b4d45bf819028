package sdktest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mockmd/mockmd/sdk"
)

// UpdateEnv is the environment variable that has [Golden] write its files:
//
//	SDKTEST_UPDATE=1 go test ./...
const UpdateEnv = "SDKTEST_UPDATE"

// Golden fails the test unless the tree, as [Format] writes it, is just what
// the file holds. With the environment variable [UpdateEnv] the file is written
// instead: read what has changed in it before it is kept.
func Golden(t testing.TB, file string, tree sdk.Tree) {
	t.Helper()
	got := Format(tree)
	if os.Getenv(UpdateEnv) != "" {
		err := os.MkdirAll(filepath.Dir(file), 0o777) //nolint:gosec // the umask decides
		if err == nil {
			err = os.WriteFile(file, []byte(got), 0o666) //nolint:gosec // the umask decides
		}
		if err != nil {
			t.Errorf("write golden file: %v", err)
		}
		return
	}
	want, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		t.Errorf("there is no golden file %s: write it with %s=1 go test", file, UpdateEnv)
	case err != nil:
		t.Errorf("read golden file: %v", err)
	default:
		if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
			t.Errorf("the tree is not as in %s (-want +got); if it is right now, write it with %s=1 go test\n%s", file, UpdateEnv, diff)
		}
	}
}
