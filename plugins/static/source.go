package static

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
)

// kind is what a source is, in the words of the configuration.
type kind string

const (
	kindValue     kind = "value"
	kindFile      kind = "file"
	kindDirectory kind = "directory"
)

// source is one path of the configuration and what is served there.
type source struct {
	kind      kind
	path      string    // in the tree
	pathRange hcl.Range // where it stands

	body      []byte    // of a value
	file      string    // of a file or directory: its absolute name
	fileRange hcl.Range // where that stands

	contentType string // empty: the default
	since       string
}

// userData is the one path whose default content type is another.
const userData = "user-data"

// leaf returns the leaf of a path of the source.
func (s *source) leaf(path string, body []byte) sdk.Leaf {
	leaf := sdk.Leaf{Body: body, ContentType: s.contentType, Since: s.since}
	if leaf.ContentType == "" && path == userData {
		leaf.ContentType = "application/octet-stream" // as the real service has it
	}
	return leaf
}

// sources are all paths of the configuration.
type sources struct {
	list  []*source
	at    map[string]*source // by path
	above map[string]*source // by a path that lies above that of the source
}

func newSources() *sources {
	return &sources{at: map[string]*source{}, above: map[string]*source{}}
}

// add takes a source in, unless its path cannot go with those before it.
func (ss *sources) add(s *source) *hcl.Diagnostic {
	if first := ss.at[s.path]; first != nil {
		return sdk.Errorf(s.pathRange, "Path served twice", "The path %q is that of a %s at %s already. Remove one of them.",
			s.path, first.kind, first.pathRange)
	}
	if first := ss.over(s.path); first != nil && first.kind != kindDirectory {
		return below(s, first)
	}
	if lower := ss.above[s.path]; lower != nil && s.kind != kindDirectory {
		return below(lower, s)
	}
	ss.list = append(ss.list, s)
	ss.at[s.path] = s
	for up := parent(s.path); up != ""; up = parent(up) {
		ss.above[up] = s
	}
	return nil
}

// below says that a path lies below one that is no directory.
func below(s, leaf *source) *hcl.Diagnostic {
	return sdk.Errorf(s.pathRange, "Path below a "+string(leaf.kind),
		"The path %q lies below the %s %q at %s, which cannot be a directory as well. Move one of them.", s.path, leaf.kind, leaf.path, leaf.pathRange)
}

// over returns the nearest source above a path; nil when there is none.
func (ss *sources) over(path string) *source {
	for up := parent(path); up != ""; up = parent(up) {
		if s := ss.at[up]; s != nil {
			return s
		}
	}
	return nil
}

// belongs says whether a path inside a directory is left to it: a longer path
// of the configuration owns all that lies at and below it.
func (ss *sources) belongs(path string, dir *source) bool {
	return ss.at[path] == nil && ss.over(path) == dir
}
