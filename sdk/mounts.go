package sdk

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// mounts are where a plugin with mounts of its own serves under its
// configuration. Both are nil for other plugins.
type mounts struct {
	own   []string // that the plugin claims
	named []string // that its block names; nil for all
}

// check refuses a mount at which there is never anything to serve.
func (m *mounts) check() hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, n := range m.named {
		if !slices.ContainsFunc(m.own, func(o string) bool { return covers(o, n) || covers(n, o) }) {
			diags = append(diags, &hcl.Diagnostic{
				Severity: hcl.DiagError,
				Summary:  "Nothing to serve at a mount",
				Detail: fmt.Sprintf("The plugin has nothing at or below %q. Its own mounts are %s: name some of these or paths below them, or leave the mount argument out for all.",
					n, strings.Join(m.own, ", ")),
			})
		}
	}
	return diags
}

// cut returns a tree without what the plugin serves and its block leaves to
// others. A path outside the plugin's own mounts stays: that is a mistake of
// its author, which the core reports.
func (m *mounts) cut(t Tree) Tree {
	if len(m.named) == 0 || len(m.own) == 0 {
		return t
	}
	t = maps.Clone(t) // the author may keep it
	in := func(mounts []string, path string) bool {
		return slices.ContainsFunc(mounts, func(m string) bool { return covers(m, path) })
	}
	maps.DeleteFunc(t, func(path string, _ Node) bool { return in(m.own, path) && !in(m.named, path) })
	return t
}

// covers says whether path is dir or lies below it.
func covers(dir, path string) bool {
	return path == dir || strings.HasPrefix(path, dir+"/")
}
