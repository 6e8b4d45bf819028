package router

import (
	"cmp"
	"slices"
	"strings"
)

// builder holds what is needed while a tree is merged and not afterwards.
type builder struct {
	view     *View
	root     *branch
	branches map[string]*branch
	thinned  map[string]bool // directories below which something is omitted
}

// branch is an entry in the making.
type branch struct {
	entry *entry
	name  string
	node  *node // what is published at the path itself; nil when nothing is
	kids  []*branch
}

// branch returns the branch of a path, and makes it and those above it.
func (b *builder) branch(path string) *branch {
	if br := b.branches[path]; br != nil {
		return br
	}
	above := b.branch(parent(path))
	br := &branch{
		entry: &entry{path: path, plugin: b.view.mounts.owner(path), since: absent},
		name:  path[strings.LastIndexByte(path, '/')+1:],
	}
	above.kids = append(above.kids, br)
	b.branches[path] = br
	return br
}

// finish works out an entry after those below it.
func (b *builder) finish(br *branch) {
	br.sort()
	e := br.entry
	owner := b.view.trees[e.plugin]
	if e.plugin != "" && owner == nil {
		e.ownerAwaited = true
		e.awaited = []string{e.plugin}
	}
	for _, kid := range br.kids {
		b.finish(kid)
		e.awaited = unite(e.awaited, kid.entry.awaited)
	}
	if br.node == nil && owner != nil {
		// A mount of another plugin inside a live subtree makes directories
		// there; they still belong to the subtree.
		if at, n := owner.subtreeAbove(e.path); n != nil {
			e.since, e.node, e.subtree = n.since, at, true
			return
		}
	}
	switch n := br.node; {
	case n != nil && n.kind == nodeLeaf:
		e.since, e.chain = n.since, n.chain
	case n != nil && n.kind == nodeLive:
		e.since, e.node, e.subtree = n.since, e.path, n.subtree
	case len(e.awaited) == 0:
		b.list(br)
	}
}

// list renders what a directory lists, once for each version at which that
// changes. A directory is there from the first version on that shows
// something below it, or from its own since when it has a node and nothing
// below it is omitted.
func (b *builder) list(br *branch) {
	isRoot := br == b.root
	var steps []int
	switch {
	case isRoot:
		steps = append(steps, 0) // "/" lists every version, so each has a root
	case br.node != nil && !b.thinned[br.entry.path]:
		steps = append(steps, br.node.since)
	}
	for _, kid := range br.kids {
		if kid.entry.since != absent {
			steps = append(steps, kid.entry.since)
		}
	}
	slices.Sort(steps)
	for _, step := range slices.Compact(steps) {
		var lines []string
		for _, kid := range br.kids {
			if kid.entry.since <= step {
				lines = append(lines, kid.line(isRoot))
			}
		}
		body := []byte(strings.Join(lines, "\n"))
		br.entry.listings = append(br.entry.listings, listing{since: step, content: b.view.text(body)})
	}
	if len(steps) > 0 {
		br.entry.since = steps[0]
	}
}

// sort puts the children in the order in which they are listed: first those
// that the node names, as it names them, then the others by their bytes.
func (br *branch) sort() {
	var place map[string]int
	if br.node != nil {
		place = make(map[string]int, len(br.node.order))
		for i, name := range br.node.order {
			place[name] = i - len(br.node.order) // all others have place 0
		}
	}
	slices.SortFunc(br.kids, func(x, y *branch) int {
		return cmp.Or(cmp.Compare(place[x.name], place[y.name]), strings.Compare(x.name, y.name))
	})
}

// line is how a directory lists the branch. The version root lists plain
// names, as the real service does.
func (br *branch) line(inRoot bool) string {
	switch e := br.entry; {
	case br.node != nil && br.node.label != "":
		return br.node.label
	case inRoot || e.chain != nil || e.node != "" && !e.subtree:
		return br.name
	}
	return br.name + "/"
}
