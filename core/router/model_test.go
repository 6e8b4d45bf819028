package router

import (
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// model says what a lookup must find, straight from the rules and as slowly
// as it may: it keeps what was published and works out each answer anew.
type model struct {
	mounts []Mount
	omit   []string
	trees  map[string][]*pluginv1.Node
	now    time.Time
}

// owner is the plugin with the longest mount at or above path.
func (m *model) owner(path string) string {
	longest, plugin := -1, ""
	for _, mount := range m.mounts {
		if (path == mount.Path || strings.HasPrefix(path, mount.Path+"/")) && len(mount.Path) > longest {
			longest, plugin = len(mount.Path), mount.Plugin
		}
	}
	return plugin
}

// omitted says whether path is left out, with what is above it or by itself.
func (m *model) omitted(path string) bool {
	return slices.ContainsFunc(m.omit, func(o string) bool { return strings.HasPrefix(path+"/", o+"/") })
}

// thinned says whether something below path is omitted.
func (m *model) thinned(path string) bool {
	left := func(p string) bool { return strings.HasPrefix(p, path+"/") && m.omitted(p) }
	if slices.ContainsFunc(m.mounts, func(mount Mount) bool { return left(mount.Path) }) {
		return true
	}
	for plugin, tree := range m.trees {
		for _, n := range tree {
			if m.owner(n.GetPath()) == plugin && left(n.GetPath()) && !m.givesWay(n) {
				return true
			}
		}
	}
	return false
}

// givesWay says whether a node cannot be a directory and another plugin's mount
// lies below it.
func (m *model) givesWay(n *pluginv1.Node) bool {
	if n.GetDir() != nil || n.GetLive().GetSubtree() {
		return false
	}
	return slices.ContainsFunc(m.mounts, func(mount Mount) bool {
		return strings.HasPrefix(mount.Path, n.GetPath()+"/") && mount.Plugin != m.owner(n.GetPath())
	})
}

// node is what the owner of path has published there and is neither omitted,
// overridden nor over yet.
func (m *model) node(path string) *pluginv1.Node {
	if m.omitted(path) {
		return nil
	}
	for _, n := range m.trees[m.owner(path)] {
		if n.GetPath() == path && !m.givesWay(n) && (n.GetLeaf() == nil || m.leaf(n.GetLeaf()) != nil) {
			return n
		}
	}
	return nil
}

// leaf is the one of a leaf and its successors that is served now.
func (m *model) leaf(l *pluginv1.Leaf) *pluginv1.Leaf {
	for l != nil && l.GetNotAfter() != nil && !m.now.Before(l.GetNotAfter().AsTime()) {
		l = l.GetSuccessor()
	}
	return l
}

// live is the live node that answers for path, if any.
func (m *model) live(path string) *pluginv1.Node {
	if m.omitted(path) {
		return nil
	}
	if n := m.node(path); n != nil {
		if n.GetLive() == nil {
			return nil
		}
		return n
	}
	for _, n := range m.trees[m.owner(path)] {
		if n.GetLive().GetSubtree() && strings.HasPrefix(path, n.GetPath()+"/") && m.owner(n.GetPath()) == m.owner(path) {
			return n
		}
	}
	return nil
}

func shows(n *pluginv1.Node, version string) bool {
	return version == "latest" || n.GetSince() == "1.0" || n.GetSince() <= version && version != "1.0" || n.GetSince() == ""
}

// kids are the names directly below path that a version shows.
func (m *model) kids(path, version string) []string {
	names := map[string]bool{}
	below := func(p string) {
		if path != "" {
			var ok bool
			if p, ok = strings.CutPrefix(p, path+"/"); !ok {
				return
			}
		}
		name, _, _ := strings.Cut(p, "/")
		names[name] = true
	}
	for _, mount := range m.mounts {
		below(mount.Path)
	}
	for _, tree := range m.trees {
		for _, n := range tree {
			below(n.GetPath())
		}
	}
	maps.DeleteFunc(names, func(name string, _ bool) bool {
		return !m.visible(strings.TrimPrefix(path+"/"+name, "/"), version)
	})
	return slices.Sorted(maps.Keys(names))
}

func (m *model) visible(path, version string) bool {
	if m.omitted(path) {
		return false
	}
	if n := m.live(path); n != nil {
		return shows(n, version)
	}
	n := m.node(path)
	if n != nil && shows(n, version) && (n.GetDir() == nil || !m.thinned(path)) {
		return true
	}
	return n.GetLeaf() == nil && len(m.kids(path, version)) > 0
}

// awaited are the plugins that a listing of path waits for.
func (m *model) awaited(path string) []string {
	plugins := map[string]bool{}
	for _, mount := range m.mounts {
		if !m.omitted(mount.Path) && (path == "" || strings.HasPrefix(mount.Path+"/", path+"/")) {
			plugins[mount.Plugin] = true
		}
	}
	if owner := m.owner(path); owner != "" {
		plugins[owner] = true
	}
	for plugin := range m.trees {
		delete(plugins, plugin)
	}
	return slices.Sorted(maps.Keys(plugins))
}

// lookup is what [View.Lookup] must return, without Head and Changed.
func (m *model) lookup(request string) Result {
	if !strings.HasPrefix(request, "/") {
		return Result{}
	}
	segments := slices.DeleteFunc(strings.Split(request, "/"), func(s string) bool { return s == "" })
	if len(segments) == 0 {
		return Result{Kind: Content, Body: []byte(strings.Join(Versions(), "\n"))}
	}
	version, path := segments[0], strings.Join(segments[1:], "/")
	if !slices.Contains(Versions(), version) {
		return Result{}
	}
	if m.omitted(path) {
		return Result{}
	}
	found := Result{Plugin: m.owner(path), Path: path, Version: version}
	if n := m.live(path); n != nil {
		canonical := strings.ToValidUTF8(path, "") == path && len(path) <= 1024 && !strings.ContainsFunc(path, unicode.IsControl) &&
			!slices.Contains(segments, ".") && !slices.Contains(segments, "..")
		if !shows(n, version) || !canonical {
			return Result{}
		}
		found.Kind, found.Node = Live, n.GetPath()
		return found
	}
	n := m.node(path)
	if n.GetLeaf() != nil {
		if !shows(n, version) {
			return Result{}
		}
		found.Kind, found.Body = Content, m.leaf(n.GetLeaf()).GetBody()
		return found
	}
	if awaited := m.awaited(path); len(awaited) > 0 {
		return Result{Kind: Pending, Awaited: awaited}
	}
	if path != "" && !m.visible(path, version) {
		return Result{}
	}
	lines := inOrder(m.kids(path, version), n.GetDir().GetOrder())
	for i, name := range lines {
		lines[i] = m.line(path, name)
	}
	found.Kind, found.Body = Content, []byte(strings.Join(lines, "\n"))
	return found
}

// inOrder puts those of names first that order has, in its order.
func inOrder(names, order []string) []string {
	first := slices.DeleteFunc(slices.Clone(order), func(name string) bool { return !slices.Contains(names, name) })
	return append(first, slices.DeleteFunc(names, func(name string) bool { return slices.Contains(order, name) })...)
}

// line is how the directory path lists name.
func (m *model) line(path, name string) string {
	kid := strings.TrimPrefix(path+"/"+name, "/")
	n := m.node(kid)
	switch {
	case n.GetDir().GetLabel() != "":
		return n.GetDir().GetLabel()
	case n.GetLeaf().GetLabel() != "":
		return n.GetLeaf().GetLabel()
	case path == "", n.GetLeaf() != nil, n.GetLive() != nil && !n.GetLive().GetSubtree():
		return name
	}
	return name + "/"
}
