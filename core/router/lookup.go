package router

import "strings"

// Kind says what a lookup has found.
type Kind uint8

// The kinds of a [Result].
const (
	// NotFound is nothing. It is the zero Kind.
	NotFound Kind = iota
	// Content is a leaf or a listing: Head and Body are served.
	Content
	// Live is for the plugin to answer.
	Live
	// Pending is not known before a plugin has published its first tree.
	Pending
)

// String returns the name of the kind.
func (k Kind) String() string {
	switch k {
	case NotFound:
		return "NotFound"
	case Content:
		return "Content"
	case Live:
		return "Live"
	case Pending:
		return "Pending"
	}
	return "unknown"
}

// Result is what a lookup has found. Nothing that it points to may be changed.
type Result struct {
	// Kind says which of the other fields are set.
	Kind Kind
	// Head is what [Options].Render made for Body; both of Content.
	Head, Body []byte
	// Audit says that the read is to be logged; nil when it is not. Of
	// Content. Listings have none.
	Audit *Audit
	// Plugin is the owner of what was found; empty for the listings above all
	// mounts. Of Content and Live.
	Plugin string
	// Node is the path of the live node that covers Path; of Live.
	Node string
	// Path is the path asked for, relative to the version root and without
	// superfluous slashes. Of Content and Live.
	Path string
	// Version is the API version asked for; of Content and Live. Empty for
	// the list of versions.
	Version string
	// Changed closes when a new lookup may find something else, and Awaited
	// are the labels of the plugins whose first tree is missing, sorted; both
	// of Pending.
	Changed <-chan struct{}
	Awaited []string
}

// Lookup returns what stands at path for this instance now. The path is that
// of a request, decoded and without its query. A slash at its end and doubled
// slashes make no difference.
//
// While a plugin has not published its first tree, what lies at and below its
// mounts, and every listing above them, is [Pending].
func (v *View) Lookup(path string) (r Result) {
	name, rest, ok := splitRequest(path)
	if !ok {
		return r
	}
	version := latest
	if name != versions[latest] {
		if name == "" {
			r.Kind, r.Head, r.Body = Content, v.versions.head, v.versions.body
			return r
		}
		if version, ok = v.index[name]; !ok {
			return r
		}
	}
	t := v.tree.Load()
	if t.timed {
		t = v.current(v.now().UnixNano())
	}
	e := t.entries[rest]
	if e == nil && strings.Contains(rest, "//") {
		var room [256]byte
		single := appendSingle(room[:0], rest)
		if e = t.entries[string(single)]; e == nil {
			rest = string(single)
		}
	}
	if e != nil {
		v.found(&r, t, e, version)
	} else {
		t.below(&r, rest, version)
	}
	return r
}

// found answers for an entry of the tree. It fills the result in place: to
// return it would copy it once more.
func (v *View) found(r *Result, t *tree, e *entry, version int) {
	var c *content
	switch {
	case e.node != "":
		e.live(r, e.path, version)
		return
	case e.chain == nil && len(e.awaited) > 0:
		r.Kind, r.Changed, r.Awaited = Pending, t.changed, e.awaited
		return
	case version < e.since:
		return
	case e.chain == nil:
		c = e.listingAt(version)
	case e.chain[0].until == never:
		c = &e.chain[0]
	default:
		if c = at(e.chain, v.now().UnixNano()); c == nil {
			return
		}
	}
	r.Kind, r.Head, r.Body, r.Audit = Content, c.head, c.body, c.audit
	r.Plugin, r.Path, r.Version = e.plugin, e.path, versions[version]
}

// below answers for a path that the tree has no entry for. The last entry on
// the way down decides: every mount has one, so its owner owns the path too.
func (t *tree) below(r *Result, path string, version int) {
	last := t.entries[""]
	for i := range len(path) {
		if path[i] != '/' {
			continue
		}
		next := t.entries[path[:i]]
		if next == nil {
			break
		}
		last = next
	}
	switch {
	case last.subtree:
		if checkPath(path) == nil { // plugins are handed canonical paths only
			last.live(r, path, version)
		}
	case last.ownerAwaited:
		r.Kind, r.Changed, r.Awaited = Pending, t.changed, []string{last.plugin}
	}
}

func (e *entry) live(r *Result, path string, version int) {
	if version >= e.since {
		r.Kind, r.Plugin, r.Node, r.Path, r.Version = Live, e.plugin, e.node, path, versions[version]
	}
}
