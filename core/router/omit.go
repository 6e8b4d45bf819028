package router

import (
	"errors"
	"fmt"
	"strings"
)

// CheckOmit says what is wrong with a path that is not to be served and how to
// mend it; nil when nothing is. It is for the configuration, which can point at
// the source; [New] asks it again.
func CheckOmit(path string) error {
	if strings.Trim(path, "/") == "" {
		return fmt.Errorf("omit %q: the whole tree cannot be left out: name paths below it, "+
			"or switch the endpoint off with http_endpoint = \"disabled\" in metadata_options", path)
	}
	first, rest, _ := strings.Cut(strings.Trim(path, "/"), "/")
	if err := checkPath(path); err != nil && !isVersion(first) {
		return fmt.Errorf("omit %q: %w", path, err)
	}
	switch {
	case strings.Contains(path, "*"):
		return fmt.Errorf("omit %q: a star stands for nothing: name the path, and all that lies below it is left out too", path)
	case first == "api":
		return fmt.Errorf("omit %q: session tokens are made below api, and clients cannot do without them: leave it out of the list", path)
	case !isVersion(first):
		return nil
	case rest == "":
		return fmt.Errorf("omit %q is the name of an API version: paths are relative to it and hold for every version, such as %q", path, "meta-data/public-ipv4")
	}
	return fmt.Errorf("omit %q begins with an API version: paths are relative to it and hold for every version, so write %q", path, rest)
}

// omission are the paths that one instance does not serve, nor what lies below
// them. It is never changed.
type omission map[string]bool

func newOmission(paths []string) (omission, error) {
	o := make(omission, len(paths))
	var errs []error
	for _, path := range paths {
		if err := CheckOmit(path); err != nil {
			errs = append(errs, err)
		}
		o[path] = true
	}
	return o, errors.Join(errs...)
}

// covers says whether path is omitted.
func (o omission) covers(path string) bool {
	if len(o) == 0 {
		return false
	}
	for ; path != ""; path = parent(path) {
		if o[path] {
			return true
		}
	}
	return false
}

// omit makes the entries of what is omitted: ones that nothing lists and no
// version shows, so that neither a live subtree nor an awaited plugin above
// them answers for what lies below.
func (b *builder) omit() {
	for path := range b.view.omitted {
		if b.view.omitted.covers(parent(path)) {
			continue
		}
		b.branch(parent(path))
		b.branches[path] = &branch{entry: &entry{path: path, since: absent}}
	}
}

// thin notes that something is left out at path. A directory above it that has
// a node of its own is then there only while something else is below it, as
// one without a node is.
func (b *builder) thin(path string) {
	for path = parent(path); path != "" && !b.thinned[path]; path = parent(path) {
		b.thinned[path] = true
	}
}
