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
// files, empty when there is none, and where it stands. It is made by whoever keeps something, so
// it need not be there, but it must be possible.
func (l *loader) stateDir(attrs hcl.Attributes, u *User) (string, hcl.Range) {
	path, at, ok := get[string](l, attrs, "state_dir")
	if !ok {
		return l.defaultStateDir(u), at
	}
	if path == "" {
		l.errorAt(at, "Invalid state folder",
			"The path is empty. Name a folder, or leave state_dir out to use that of systemd or of this user.")
		return "", at
	}
	abs := l.resolve(path)
	info, err := os.Stat(abs)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return abs, at
	case err != nil:
		err = cause(err)
	case !info.IsDir():
		err = errNotDirectory
	default:
		return abs, at
	}
	l.errorAt(at, "Invalid state folder",
		"Using %s failed: %v. Name a folder, which is made when something is first kept in it.", abs, err)
	return "", at
}

// errNotDirectory is what using a file as a folder gives.
var errNotDirectory = errors.New("it is not a folder")

// HomeStateDir is the state folder in a user's home, when nothing names another.
const HomeStateDir = ".local/state/mockmd"

// defaultStateDir is the folder that systemd gives a service, the first of
// several (systemd.exec(5), StateDirectory=), else that of the user (XDG Base
// Directory Specification: relative paths in its variables are ignored). What
// the variables say of the user's folders is of who has started mockmd, and not
// for another user that it becomes.
func (l *loader) defaultStateDir(u *User) string {
	absolute := func(name string) string {
		value := ""
		switch other := u != nil && u.UID != os.Geteuid(); {
		case other && name == "HOME":
			value = u.Home
		case other && name == "XDG_STATE_HOME", l.options.LookupEnv == nil:
		default:
			value, _ = l.options.LookupEnv(name)
		}
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
		return filepath.Join(dir, HomeStateDir)
	}
	return ""
}
