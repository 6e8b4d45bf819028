package app

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/core/admin"
	"github.com/mockmd/mockmd/core/config"
	"github.com/mockmd/mockmd/core/router"
)

// checkOwnMounts checks the mounts that a plugin claims by itself. Where the
// plugin has refused its configuration, none at all is no news.
func checkOwnMounts(c *config.Plugin, mounts []string, refused bool) hcl.Diagnostics {
	var diags hcl.Diagnostics
	if len(mounts) == 0 && !refused {
		diags = append(diags, &hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: "Plugin without a mount",
			Detail:  fmt.Sprintf("Plugin %q claims no path of its own. Say where it serves, for example mount = [\"meta-data/%s\"].", c.Name, c.Name),
			Subject: &c.Range,
		})
	}
	for _, m := range mounts {
		if err := router.CheckMount(m); err != nil {
			diags = append(diags, &hcl.Diagnostic{
				Severity: hcl.DiagError, Summary: "Plugin claims an impossible mount",
				Detail:  fmt.Sprintf("Plugin %q claims %q: %v. Name its mounts with the mount argument.", c.Name, m, err),
				Subject: &c.Range,
			})
		}
	}
	return diags
}

// conflicts finds mounts and actions that two plugins claim. Two mount
// arguments that say the same have been found in the configuration already.
func (g *generation) conflicts() hcl.Diagnostics {
	var diags hcl.Diagnostics
	mount, action := map[string]int{}, map[string]int{}
	blocks := g.file.Plugins
	for i, c := range blocks {
		for _, m := range g.members[i].mounts {
			if j, ok := mount[m]; ok && j != i && (c.Mounts == nil || blocks[j].Mounts == nil) {
				d := claimed(&c, "mount", m, blocks[j].Name)
				d.Detail += keepMounts(blocks[j].Name, g.members[j].mounts, m)
				diags = append(diags, d)
			}
			mount[m] = i
		}
		if g.members[i].Plugin == nil {
			continue
		}
		for _, a := range g.members[i].Description().GetActions() {
			if err := admin.CheckAction(a.GetName()); err != nil {
				diags = append(diags, &hcl.Diagnostic{
					Severity: hcl.DiagError, Summary: "Plugin offers an impossible action",
					Detail:  fmt.Sprintf("Plugin %q offers the action %q: %v.", c.Name, a.GetName(), err),
					Subject: &c.Range,
				})
			}
			if j, ok := action[a.GetName()]; ok {
				diags = append(diags, claimed(&c, "action", a.GetName(), blocks[j].Name))
			}
			action[a.GetName()] = i
		}
	}
	return diags
}

func claimed(c *config.Plugin, what, name, other string) *hcl.Diagnostic {
	return &hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: "Two plugins claim the same " + what,
		Detail:  fmt.Sprintf("The %s %q belongs to plugin %q already; plugin %q cannot have it too.", what, name, other, c.Name),
		Subject: &c.Range,
	}
}

// keepMounts is a sentence that says how a plugin leaves a mount to another.
func keepMounts(plugin string, mounts []string, left string) string {
	var kept []string
	for _, m := range mounts {
		if m != left {
			kept = append(kept, strconv.Quote(m))
		}
	}
	if len(kept) == 0 {
		return " Remove one of them, or give one a longer mount."
	}
	return fmt.Sprintf(" To leave it to the other, write in the block of plugin %q: mount = [%s].", plugin, strings.Join(kept, ", "))
}
