package identity

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/mockmd/mockmd/sdk/statefile"
)

// errNoStore says that there is no place to keep anything.
var errNoStore = errors.New("there is no state_dir")

// store keeps the key pairs that are made here, one file each.
type store struct {
	dir string // empty: nowhere
}

// badFileError is a file of the store that holds something else.
type badFileError struct {
	path string
	err  error // continues the path
}

func (e *badFileError) Error() string {
	return fmt.Sprintf("%s %v: remove it, and mockmd makes a new key pair", e.path, e.err)
}

func (e *badFileError) Unwrap() error { return e.err }

func (s store) path(k kind) string { return filepath.Join(s.dir, k.name+".pem") }

// load returns the pair that is kept, [fs.ErrNotExist] when there is none, a
// [badFileError] or a [statefile.RefusedError] when the user has to see to it.
func (s store) load(k kind) (*pair, error) {
	if s.dir == "" {
		return nil, fs.ErrNotExist
	}
	data, err := statefile.Read(s.path(k))
	if err != nil {
		return nil, err
	}
	p, err := parsePair(k, data)
	if err != nil {
		return nil, &badFileError{s.path(k), err}
	}
	return p, nil
}

// keep writes a new pair, and returns the one that is kept: when another
// process was faster that is its pair.
func (s store) keep(k kind, p *pair) (*pair, error) {
	if s.dir == "" {
		return nil, errNoStore
	}
	data, err := p.encode()
	if err != nil {
		return nil, err
	}
	err = statefile.Create(s.path(k), data)
	if errors.Is(err, fs.ErrExist) {
		return s.load(k)
	}
	return p, err
}
