package events

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// checkMounts refuses mounts at which there is never anything to serve.
func (p *plugin) checkMounts() hcl.Diagnostics {
	var diags hcl.Diagnostics
	own := p.Mounts()
	for _, m := range p.mounts {
		if !slices.ContainsFunc(own, func(o string) bool { return covers(o, m) || covers(m, o) }) {
			d := invalid(hcl.Range{}, "Nothing to serve at a mount",
				"The events plugin has nothing at or below %q. Its own mounts are %s: name some of these, or leave the mount argument out for all.",
				m, strings.Join(own, ", "))
			d.Subject = nil // the core has the place
			diags = append(diags, d)
		}
	}
	return diags
}

// serves says whether path is at or below one of the mounts.
func (p *plugin) serves(path string) bool {
	return slices.ContainsFunc(p.mounts, func(m string) bool { return covers(m, path) })
}

// covers says whether path is dir or lies below it.
func covers(dir, path string) bool {
	return path == dir || strings.HasPrefix(path, dir+"/")
}
