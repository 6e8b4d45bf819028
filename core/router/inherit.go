package router

import (
	"fmt"
	"maps"
	"slices"
)

// Inherit publishes anew what a plugin has published to another router, for
// each instance that both have, so that nothing has to be asked again when a
// configuration changes around the plugin. Mounts and omitted paths are those
// of r. The error is that of [Router.Publish]; there is none while the
// plugin's own mounts are the same in both.
func (r *Router) Inherit(from *Router, plugin string) error {
	r.mu.RLock()
	labels := slices.Sorted(maps.Keys(r.views))
	r.mu.RUnlock()
	for _, label := range labels {
		v := from.View(label)
		if v == nil {
			continue
		}
		v.mu.Lock()
		p := v.trees[plugin]
		v.mu.Unlock()
		if p == nil {
			continue
		}
		if err := r.Publish(plugin, label, p.source); err != nil {
			return fmt.Errorf("take trees over: %w", err)
		}
	}
	return nil
}
