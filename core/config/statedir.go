package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// stateDir returns the absolute path of the folder in which plugins may keep
// files; empty when there is none. It is made by whoever keeps something, so
// it need not be there, but it must be possible.
func (l *loader) stateDir(attrs hcl.Attributes) string {
	path, at, ok := get[string](l, attrs, "state_dir")
	if !ok {
		return l.defaultStateDir()
	}
	if path == "" {
		l.errorAt(at, "Invalid state folder",
			"The path is empty. Name a folder, or leave state_dir out to use that of systemd or of this user.")
		return ""
	}
	abs := l.resolve(path)
	info, err := os.Stat(abs)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return abs
	case err != nil:
		err = cause(err)
	case !info.IsDir():
		err = errNotDirectory
	default:
		return abs
	}
	l.errorAt(at, "Invalid state folder",
		"Using %s failed: %v. Name a folder, which is made when something is first kept in it.", abs, err)
	return ""
}

// errNotDirectory is what using a file as a folder gives.
var errNotDirectory = errors.New("it is not a folder")

// defaultStateDir is the folder that systemd gives a service, the first of
// several (systemd.exec(5), StateDirectory=), else that of the user (XDG Base
// Directory Specification: relative paths in its variables are ignored).
func (l *loader) defaultStateDir() string {
	absolute := func(name string) string {
		if l.options.LookupEnv == nil {
			return ""
		}
		value, _ := l.options.LookupEnv(name)
		if name == "STATE_DIRECTORY" {
			value, _, _ = strings.Cut(value, ":")
		}
		if !filepath.IsAbs(value) {
			return ""
		}
		return filepath.Clean(value)
	}
	if dir := absolute("STATE_DIRECTORY"); dir != "" {
		return dir
	}
	if dir := absolute("XDG_STATE_HOME"); dir != "" {
		return filepath.Join(dir, "mockmd")
	}
	if dir := absolute("HOME"); dir != "" {
		return filepath.Join(dir, ".local", "state", "mockmd")
	}
	return ""
}
