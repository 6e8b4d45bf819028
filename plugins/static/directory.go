package static

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// directory reads all files of a directory, those of its directories too.
// Names that begin with a dot are left out, for so tools hide their own files.
func (p *pass) directory(s *source) {
	root, err := openDirectory(s.file)
	if err != nil {
		p.trouble(s, s.path, s.file, err)
		return
	}
	defer root.Close() //nolint:errcheck // nothing was written
	_ = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		path, file := s.path, s.file
		if name != "." {
			path, file = s.path+"/"+name, filepath.Join(s.file, filepath.FromSlash(name))
		}
		switch {
		case p.full != nil:
			return fs.SkipAll
		case name != "." && strings.HasPrefix(d.Name(), "."):
			return skip(d)
		case errors.Is(err, fs.ErrNotExist) && name != ".": // it was removed a moment ago
			return nil
		case err != nil:
			p.trouble(s, path, file, err)
			return nil
		case name == ".":
			return nil
		case !p.sources.belongs(path, s):
			return skip(d)
		}
		if err := checkPath(path); err != nil {
			p.skip(s, file, "its path "+err.Error())
			return skip(d)
		}
		if !d.IsDir() {
			p.entry(s, root, name, path, file, d)
		}
		return nil
	})
}

// openDirectory says more clearly than os.OpenRoot that there is something
// else.
func openDirectory(name string) (*os.Root, error) {
	root, err := os.OpenRoot(name)
	if err == nil {
		return root, nil
	}
	if info, statErr := os.Stat(name); statErr == nil && !info.IsDir() {
		return nil, errNotDir
	}
	return nil, err
}

// entry takes in what a directory lists and is no directory itself.
func (p *pass) entry(s *source, root *os.Root, name, path, file string, d fs.DirEntry) {
	if d.Type()&fs.ModeSymlink != 0 {
		info, err := root.Stat(name)
		switch {
		case err != nil && !errors.Is(err, fs.ErrPermission):
			p.skip(s, file, problem(linkError(root, name, err)))
			return
		case err == nil && info.IsDir():
			p.skip(s, file, "links to directories are not followed")
			return
		}
	}
	if lower := p.sources.above[path]; lower != nil {
		p.skip(s, file, "the configuration has the path "+lower.path+" below it")
		return
	}
	p.take(s, root, name, path, file)
}

// skip leaves out an entry, and all that is below a directory.
func skip(d fs.DirEntry) error {
	if d.IsDir() {
		return fs.SkipDir
	}
	return nil
}
