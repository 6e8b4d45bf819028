package iam

import (
	"slices"
	"strings"
)

// What the plugin claims by itself, and where task credentials begin: the
// number of their block follows.
const (
	mountIAM      = "meta-data/iam"
	mountIdentity = "meta-data/identity-credentials"
	mountECS      = "meta-data/iam-ecs-"
)

// Mounts returns what the configuration gives the plugin to serve, and nothing
// before there is one.
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
	if s.identity != nil {
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
