package app

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/mockmd/mockmd/core/config"
)

// TestGiveStateDir: root makes the folder for the user, unless the user's own
// home is where it is.
func TestGiveStateDir(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("NOT RUN: not root, so it cannot give a folder away")
	}
	const nobody = 65534
	dir := t.TempDir()
	own, roots := filepath.Join(dir, "own"), filepath.Join(dir, "roots")
	for path, uid := range map[string]int{own: nobody, roots: 0} {
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(path, uid, uid); err != nil {
			t.Fatal(err)
		}
	}
	none := filepath.Join(dir, "none")
	for name, c := range map[string]struct {
		home, stateDir string
		made           bool
	}{
		"elsewhere":                   {own, filepath.Join(dir, "elsewhere", "state"), true},
		"no home is known":            {"", filepath.Join(dir, "unknown"), true},
		"at home":                     {own, filepath.Join(own, "state"), false},
		"the root folder as home":     {"/", filepath.Join(dir, "kept", "state"), true},
		"a home that is root's":       {roots, filepath.Join(roots, "state"), true},
		"a home that is not there":    {filepath.Join(dir, "home"), filepath.Join(dir, "home"), true},
		"named nowhere, with no home": {none, filepath.Join(none, ".local", "state", "mockmd"), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := &config.File{StateDir: c.stateDir, User: &config.User{Name: "nobody", Home: c.home, UID: nobody, GID: nobody}}
			if diags := giveStateDir(file); diags.HasErrors() {
				t.Fatal(diags)
			}
			info, err := os.Lstat(c.stateDir)
			switch {
			case (err == nil) != c.made:
				t.Errorf("made: %v, want %v (%v)", err == nil, c.made, err)
			case c.made && info.Sys().(*syscall.Stat_t).Uid != nobody:
				t.Error("it is not the user's")
			}
		})
	}
}
