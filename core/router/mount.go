package router

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Mount is a path prefix that a plugin claims.
type Mount struct {
	// Path is relative to the version root, without a slash at either end:
	// "meta-data/placement".
	Path string
	// Plugin is the label of the plugin's block.
	Plugin string
}

// CheckMount says what is wrong with the path of a mount and how to mend it;
// nil when nothing is. It is for the configuration, which can point at the
// source; [New] asks it again.
func CheckMount(path string) error {
	if err := checkPath(path); err != nil {
		return fmt.Errorf("mount %q: %w", path, err)
	}
	first, rest, _ := strings.Cut(path, "/")
	if first == "api" {
		return fmt.Errorf("mount %q lies below api, where the core itself serves session tokens: choose another path", path)
	}
	if !isVersion(first) {
		return nil
	}
	if rest == "" {
		return fmt.Errorf("mount %q is the name of an API version: mounts are relative to it, such as %q", path, "meta-data/rack")
	}
	return fmt.Errorf("mount %q begins with an API version: mounts are relative to it, so write %q", path, rest)
}

// mounts tell which plugin owns a path.
type mounts struct {
	list   []Mount           // by path
	plugin map[string]string // by path of the mount
}

func newMounts(list []Mount) (*mounts, error) {
	m := &mounts{
		list:   slices.Clone(list),
		plugin: make(map[string]string, len(list)),
	}
	slices.SortStableFunc(m.list, func(a, b Mount) int { return strings.Compare(a.Path, b.Path) })
	var errs []error
	for _, mount := range m.list {
		other, taken := m.plugin[mount.Path]
		switch err := CheckMount(mount.Path); {
		case mount.Plugin == "":
			errs = append(errs, fmt.Errorf("mount %q has no plugin", mount.Path))
		case err != nil:
			errs = append(errs, fmt.Errorf("plugin %q: %w", mount.Plugin, err))
		case taken && other == mount.Plugin:
			errs = append(errs, fmt.Errorf("plugin %q claims the mount %q twice: name it once", mount.Plugin, mount.Path))
		case taken:
			errs = append(errs, fmt.Errorf("plugins %q and %q both claim the mount %q: give one of them another mount", other, mount.Plugin, mount.Path))
		}
		m.plugin[mount.Path] = mount.Plugin
	}
	return m, errors.Join(errs...)
}

// owner returns the plugin with the longest mount that covers path; empty when
// there is none.
func (m *mounts) owner(path string) string {
	for ; path != ""; path = parent(path) {
		if plugin, ok := m.plugin[path]; ok {
			return plugin
		}
	}
	return ""
}

// inside says whether one of the plugin's mounts covers path, be there a
// longer one of another plugin or not.
func (m *mounts) inside(plugin, path string) bool {
	for ; path != ""; path = parent(path) {
		if owner, ok := m.plugin[path]; ok && owner == plugin {
			return true
		}
	}
	return false
}

// foreignBelow says whether a mount of another plugin lies below path.
func (m *mounts) foreignBelow(plugin, path string) bool {
	return slices.ContainsFunc(m.list, func(mount Mount) bool {
		return mount.Plugin != plugin && mount.Path != path && covers(path, mount.Path)
	})
}

// of returns the paths of a plugin's mounts, for error texts.
func (m *mounts) of(plugin string) string {
	var paths []string
	for _, mount := range m.list {
		if mount.Plugin == plugin {
			paths = append(paths, mount.Path)
		}
	}
	return strings.Join(paths, ", ")
}
