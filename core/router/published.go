package router

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// What one tree may have. A tree over a limit is refused whole.
const (
	// MaxTree is the size in bytes of all bodies, paths, labels, names in
	// orders, header values and audit fields.
	MaxTree = 16 << 20
	// MaxNodes is the number of nodes and of the directories above them.
	MaxNodes = 1 << 16
	// MaxSuccessors is the number of successors that follow one leaf.
	MaxSuccessors = 16
)

// maxReported is how many mistakes of one tree are told at once.
const maxReported = 8

// published is the tree of one plugin for one instance, checked and rendered.
// It is never changed.
type published struct {
	source   []*pluginv1.Node // as it came, for a router with other mounts
	nodes    map[string]*node
	subtrees bool // some node is a live subtree
}

// node is one path of a published tree.
type node struct {
	kind    nodeKind
	since   int
	omitted bool
	label   string    // of a leaf or directory
	order   []string  // of a directory
	subtree bool      // of a live node
	chain   []content // of a leaf: itself and its successors
}

type nodeKind uint8

const (
	nodeLeaf nodeKind = iota + 1
	nodeDir
	nodeLive
)

// subtreeAbove returns the live subtree that path lies in, if any.
func (p *published) subtreeAbove(path string) (at string, n *node) {
	if !p.subtrees {
		return "", nil
	}
	for at = parent(path); at != ""; at = parent(at) {
		if n := p.nodes[at]; n != nil && n.subtree {
			return at, n
		}
	}
	return "", nil
}

// press checks and renders a tree. Nodes in a longer mount of another plugin
// are checked and left out: that plugin overrides them. So does one whose mount
// lies below a leaf, which cannot be a directory at the same time.
func (v *View) press(plugin string, in []*pluginv1.Node) (*published, error) {
	if size := treeSize(in); size > MaxTree {
		return nil, fmt.Errorf("it has %d bytes: at most %d are allowed", size, MaxTree)
	}
	if countPaths(in) > MaxNodes {
		return nil, fmt.Errorf("it has more than %d nodes and directories: publish fewer", MaxNodes)
	}
	out := &published{source: in, nodes: make(map[string]*node, len(in))}
	seen := make(map[string]bool, len(in))
	var errs []error
	for _, m := range in {
		path := m.GetPath()
		n, err := v.pressNode(plugin, m)
		if err == nil && seen[path] {
			err = errors.New("the path is there twice: publish it once")
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%q: %w", shown(path), err))
			continue
		}
		seen[path] = true
		noDirectory := n.kind == nodeLeaf || n.kind == nodeLive && !n.subtree
		overridden := v.mounts.owner(path) != plugin || noDirectory && v.mounts.foreignBelow(plugin, path)
		if !overridden {
			n.omitted = v.omitted.covers(path)
			out.nodes[path] = n
			out.subtrees = out.subtrees || n.subtree
		}
	}
	errs = append(errs, out.checkNesting()...)
	if more := len(errs) - maxReported; more > 0 {
		errs = append(errs[:maxReported], fmt.Errorf("and %d more", more))
	}
	return out, errors.Join(errs...)
}

func treeSize(in []*pluginv1.Node) int {
	size := 0
	for _, n := range in {
		size += len(n.GetPath()) + len(n.GetSince()) + len(n.GetDir().GetLabel()) + len(n.GetLeaf().GetLabel())
		for _, name := range n.GetDir().GetOrder() {
			size += len(name)
		}
		for l := n.GetLeaf(); l != nil; l = l.GetSuccessor() {
			size += len(l.GetBody()) + len(l.GetContentType()) + auditSize(l.GetAudit())
		}
	}
	return size
}

// countPaths counts the nodes of a tree and the directories above them, up to
// one more than are allowed.
func countPaths(in []*pluginv1.Node) int {
	if len(in) > MaxNodes {
		return len(in)
	}
	paths := make(map[string]bool, len(in))
	for _, n := range in {
		for path := n.GetPath(); path != "" && !paths[path]; path = parent(path) {
			if paths[path] = true; len(paths) > MaxNodes {
				return len(paths)
			}
		}
	}
	return len(paths)
}

// pressNode checks and renders one node by itself.
func (v *View) pressNode(plugin string, m *pluginv1.Node) (*node, error) {
	path := m.GetPath()
	if err := checkPath(path); err != nil {
		return nil, err
	}
	if !v.mounts.inside(plugin, path) {
		if own := v.mounts.of(plugin); own != "" {
			return nil, fmt.Errorf("the path lies outside the plugin's mounts (%s): add a mount for it or publish it below one of them", own)
		}
		return nil, errors.New("the plugin has no mount: add a mount argument to its block")
	}
	since, err := sinceIndex(m.GetSince())
	if err != nil {
		return nil, err
	}
	n := &node{since: since}
	switch {
	case m.GetLeaf() != nil:
		n.kind, n.label = nodeLeaf, m.GetLeaf().GetLabel()
		if err = checkLabel(n.label); err == nil {
			n.chain, err = v.pressLeaf(m.GetLeaf())
		}
	case m.GetDir() != nil:
		n.kind, n.label, n.order = nodeDir, m.GetDir().GetLabel(), m.GetDir().GetOrder()
		if err = checkLabel(n.label); err == nil {
			err = checkOrder(n.order)
		}
	case m.GetLive() != nil:
		n.kind, n.subtree = nodeLive, m.GetLive().GetSubtree()
	default:
		return nil, errors.New("the node has no kind: set leaf, dir or live")
	}
	if err != nil {
		return nil, err
	}
	return n, nil
}

// checkLabel keeps out what cannot stand in a listing.
func checkLabel(label string) error {
	switch {
	case len(label) > MaxPath:
		return fmt.Errorf("the label has %d bytes: at most %d are allowed", len(label), MaxPath)
	case !utf8.ValidString(label):
		return errors.New("the label is not UTF-8")
	case strings.ContainsFunc(label, unicode.IsControl):
		return errors.New("the label has a control character: listings are lines, so remove it")
	}
	return nil
}

// checkOrder finds what no child can be called.
func checkOrder(order []string) error {
	seen := make(map[string]bool, len(order))
	for _, name := range order {
		if checkPath(name) != nil || strings.Contains(name, "/") {
			return fmt.Errorf("the order has %q, which no child can be called: name children by single segments", shown(name))
		}
		if seen[name] {
			return fmt.Errorf("the order has %q twice: name it once", shown(name))
		}
		seen[name] = true
	}
	return nil
}

// checkNesting finds nodes below leaves and live nodes.
func (p *published) checkNesting() []error {
	var errs []error
	for path := range p.nodes {
		for at := parent(path); at != ""; at = parent(at) {
			switch above := p.nodes[at]; {
			case above == nil || above.kind == nodeDir:
				continue
			case above.kind == nodeLeaf:
				errs = append(errs, fmt.Errorf("%q: it lies below the leaf %q: make that a directory or move one of them", path, at))
			default:
				errs = append(errs, fmt.Errorf("%q: it lies below the live node %q: leave it to that node or move one of them", path, at))
			}
			break
		}
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errs
}
