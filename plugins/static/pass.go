package static

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// What one tree may have, a little below what the core takes.
const (
	maxTree  = 16<<20 - 64<<10 // bytes of contents and paths
	maxPaths = 1 << 16         // paths and the directories above them
	overhead = 64              // bytes of a path besides its text and content
)

var (
	errTooLarge = errors.New("all values and files together have more than 16 MiB: serve fewer or smaller ones")
	errTooMany  = errors.New("all values and files together make more than 65536 paths and directories: serve fewer")
)

// pass is one reading of all files.
type pass struct {
	sources *sources
	last    files // of the pass before; nil at first
	now     func() time.Time

	files files
	notes []note
	size  int
	paths map[string]bool
	full  error // why the pass was given up
}

// read reads all files, those again that have changed since last. What cannot
// be read any more stays as it was. An error says that there is more than one
// tree may have; it comes with a note for the source that was one too many.
func read(ss *sources, last files, now func() time.Time) (files, []note, error) {
	p := &pass{sources: ss, last: last, now: now, files: files{}, paths: map[string]bool{}}
	for _, s := range ss.list {
		switch s.kind {
		case kindValue:
			p.count(s, s.path, s.path, len(s.body))
		case kindFile:
			p.file(s)
		case kindDirectory:
			p.directory(s)
		}
		if p.full != nil {
			break
		}
	}
	slices.SortStableFunc(p.notes, func(a, b note) int { return cmp.Compare(a.file, b.file) })
	return p.files, p.notes, p.full
}

func (p *pass) file(s *source) {
	name := filepath.Base(s.file)
	if name == string(filepath.Separator) {
		name = "."
	}
	root, err := os.OpenRoot(filepath.Dir(s.file))
	if err != nil {
		p.trouble(s, s.path, s.file, err)
		return
	}
	defer root.Close() //nolint:errcheck // nothing was written
	p.take(s, root, name, s.path, s.file)
}

// take reads one file.
func (p *pass) take(s *source, root *os.Root, name, path, file string) {
	c, err := readFile(root, name, p.last[path], int64(maxTree-p.size), p.now)
	switch {
	case s.kind == kindDirectory && errors.Is(err, fs.ErrNotExist): // it was removed a moment ago
		return
	case s.kind == kindDirectory && (errors.Is(err, errNotRegular) || errors.Is(err, errDirectory)):
		p.skip(s, file, errNotRegular.Error())
		return
	case errors.Is(err, errTooLarge):
		p.giveUp(s, file, errTooLarge)
		return
	case err != nil:
		p.trouble(s, path, file, err)
		return
	}
	if c != p.last[path] {
		c.source = s
	}
	p.keep(s, path, file, c)
}

// keep serves content at a path.
func (p *pass) keep(s *source, path, file string, c *content) {
	if p.count(s, path, file, len(c.body)) {
		p.files[path] = c
	}
}

// count adds a path to the size of the tree.
func (p *pass) count(s *source, path, file string, body int) bool {
	p.size += body + len(path) + len(s.contentType) + len(s.since) + overhead
	for up := path; up != "" && !p.paths[up]; up = parent(up) {
		p.paths[up] = true
	}
	switch {
	case p.size > maxTree:
		p.giveUp(s, file, errTooLarge)
	case len(p.paths) > maxPaths:
		p.giveUp(s, file, errTooMany)
	}
	return p.full == nil
}

func (p *pass) giveUp(s *source, file string, err error) {
	if p.full == nil {
		p.full = err
		p.notes = append(p.notes, note{source: s, file: file, text: err.Error()})
	}
}

// trouble notes that something cannot be read. What was read of it before is
// kept, and all that lay below it.
func (p *pass) trouble(s *source, path, file string, err error) {
	p.notes = append(p.notes, note{source: s, file: file, text: problem(err)})
	if c := p.last[path]; c != nil { // a file: nothing lies below it
		if c.source == s && p.files[path] == nil {
			p.keep(s, path, file, c)
		}
		return
	}
	for at, c := range p.last {
		if c.source == s && covers(path, at) && p.files[at] == nil {
			p.keep(s, at, file, c)
		}
	}
}

func (p *pass) skip(s *source, file, text string) {
	p.notes = append(p.notes, note{source: s, file: file, text: text, skipped: true})
}
