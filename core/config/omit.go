package config

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/core/router"
)

// omit decodes omit: the paths that are not served, and where the list stands.
func (l *loader) omit(attrs hcl.Attributes) ([]string, hcl.Range) {
	list, where, _ := l.list(attrs, "omit")
	var out []string
	given := map[string]hcl.Range{}
	for _, e := range list {
		if err := router.CheckOmit(e.text); err != nil {
			l.errorAt(e.at, "Invalid path to omit", "%s", sentence(err))
			continue
		}
		if first, twice := given[e.text]; twice {
			l.errorAt(e.at, "Path omitted twice", "%q is in the list already, at %s. Keep one of them.", e.text, place(first))
			continue
		}
		given[e.text] = e.at
		out = append(out, e.text)
	}
	for path, at := range given {
		for i := range path {
			above, there := given[path[:i]]
			if path[i] == '/' && there {
				l.errorAt(at, "Path omitted twice",
					"%q lies below %q, which is in the list already, at %s. Remove the longer one, or remove the shorter one to serve the rest of it.",
					path, path[:i], place(above))
				break
			}
		}
	}
	return out, where
}
