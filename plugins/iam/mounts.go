package iam

import (
	"maps"
	"slices"
	"strings"

	"github.com/mockmd/mockmd/sdk"
)

// What the plugin claims by itself, and where task credentials begin: the
// number of their block follows.
const (
	mountIAM      = "meta-data/iam"
	mountIdentity = "meta-data/identity-credentials"
	mountECS      = "meta-data/iam-ecs-"
)

// Mounts returns what the configuration gives the plugin to serve, and nothing
// before there is one: [sdk.Config.Mounts] then tells what a person has chosen.
func (p *plugin) Mounts() []string {
	if p.settings == nil {
		return nil
	}
	return p.settings.ownMounts()
}

// ownMounts leaves out what would be empty, so that another plugin may have it.
func (s *settings) ownMounts() []string {
	var out []string
	if len(s.roles) > 0 {
		out = append(out, mountIAM)
	}
	if len(s.identities) > 0 {
		out = append(out, mountIdentity)
	}
	for _, set := range s.ecs {
		out = append(out, set.mount)
	}
	return out
}

// mounted says whether any of the paths lies in the mounts that the plugin's
// block names. Without any it serves all it has.
func (s *settings) mounted(paths ...string) bool {
	return len(s.mounts) == 0 || slices.ContainsFunc(paths, func(path string) bool {
		return slices.ContainsFunc(s.mounts, func(mount string) bool {
			return path == mount || strings.HasPrefix(path, mount+"/")
		})
	})
}

// cut takes out of a tree what lies in no mount.
func (s *settings) cut(t sdk.Tree) sdk.Tree {
	maps.DeleteFunc(t, func(path string, _ sdk.Node) bool { return !s.mounted(path) })
	return t
}
