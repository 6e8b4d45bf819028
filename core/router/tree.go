package router

import (
	"math"
	"slices"
)

// tree is what all plugins together serve for one instance. It is never
// changed.
type tree struct {
	entries map[string]*entry // by path; the version root is ""

	// from and until are the moments between which the tree holds: leaves
	// that end without a successor come and go there. Timed says that there
	// are any.
	from, until int64
	timed       bool

	size int // in bytes of memory, about

	// changed closes when another tree replaces this one; nil when this one
	// waits for nothing.
	changed chan struct{}
}

func (t *tree) holds(now int64) bool { return t.from <= now && now < t.until }

// entry is one path of a merged tree: a node, a directory above one, a mount
// with nothing in it, which keeps shorter mounts out, or what is omitted.
type entry struct {
	path   string
	plugin string // the owner; empty above all mounts
	since  int    // first version that shows it; absent when none does

	chain    []content // of a leaf
	listings []listing // of a directory, by version
	node     string    // of a live entry: the path of the live node
	subtree  bool      // of a live entry

	// awaited are the plugins whose first tree may change what a directory
	// lists, or whether there is one. OwnerAwaited says that the owner is
	// among them.
	awaited      []string
	ownerAwaited bool
}

// listing is what a directory lists from one version on.
type listing struct {
	since int
	content
}

// listingAt returns the listing that a version sees; the directory must be
// visible to it.
func (e *entry) listingAt(version int) *content {
	i := len(e.listings) - 1
	for i > 0 && version < e.listings[i].since {
		i--
	}
	return &e.listings[i].content
}

// merge makes the tree of the moment now from what is published. The caller
// holds mu, or nobody else knows the view yet.
func (v *View) merge(now int64) *tree {
	t := &tree{from: math.MinInt64, until: never}
	b := &builder{view: v, branches: map[string]*branch{}, thinned: map[string]bool{}}
	b.root = &branch{entry: &entry{since: absent}}
	b.branches[""] = b.root
	for _, m := range v.mounts.list {
		if v.omitted.covers(m.Path) {
			b.thin(m.Path) // and its plugin is not waited for there
			continue
		}
		b.branch(m.Path)
	}
	for _, p := range v.trees {
		for path, n := range p.nodes {
			if n.omitted {
				b.thin(path)
				continue
			}
			if n.kind == nodeLeaf && !t.lives(n.chain, now) {
				continue
			}
			b.branch(path).node = n
		}
	}
	b.omit()
	b.finish(b.root)
	if len(b.root.entry.awaited) > 0 {
		t.changed = make(chan struct{})
	}
	t.entries = make(map[string]*entry, len(b.branches))
	for path, branch := range b.branches {
		t.entries[path] = branch.entry
		t.size += branch.size()
	}
	return t
}

// lives says whether a leaf is there at the moment now, and narrows the time
// that the tree holds by the moment at which that changes.
func (t *tree) lives(chain []content, now int64) bool {
	end := chain[len(chain)-1].until
	if end == never {
		return true
	}
	t.timed = true
	if now < end {
		t.until = min(t.until, end)
		return true
	}
	t.from = max(t.from, end)
	return false
}

// unite adds to a sorted list of names those that it lacks.
func unite(names, more []string) []string {
	for _, name := range more {
		if i, found := slices.BinarySearch(names, name); !found {
			names = slices.Insert(names, i, name)
		}
	}
	return names
}
