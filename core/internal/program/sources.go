package program

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// look looks at each source file of mockmd. go test remembers what a test has
// looked at, and only so does it run one again whose own package does not
// import what has changed.
func look() error {
	root, err := module()
	if err != nil {
		return err
	}
	for _, folder := range []string{"core", "plugins", "sdk"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			_, err = os.Stat(path)
			return err
		})
		if err != nil {
			return err
		}
	}
	_, err = os.Stat(filepath.Join(root, "go.sum"))
	return err
}

// module is the folder of go.mod that the working directory lies in.
func module() (string, error) {
	at, err := os.Getwd()
	for ; err == nil; at = filepath.Dir(at) {
		if _, e := os.Stat(filepath.Join(at, "go.mod")); e == nil {
			return at, nil
		}
		if at == filepath.Dir(at) {
			err = errors.New("the working directory lies in no module")
		}
	}
	return "", err
}
