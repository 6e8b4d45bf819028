package sdk

import (
	"maps"
	"time"
)

// retireAfter is how long a live node is still answered for when a newer tree
// does not have it: until the core has taken that tree, it may ask.
const retireAfter = 10 * time.Second

// retired is a live node that a newer tree does not have.
type retired struct {
	Live
	since time.Time
}

// retire replaces the live nodes by those of a newer tree.
func (p *published) retire(live map[string]Live, now time.Time) {
	maps.DeleteFunc(p.retired, func(_ string, r retired) bool { return now.Sub(r.since) > retireAfter })
	for path, l := range p.live {
		if _, still := live[path]; still {
			continue
		}
		if p.retired == nil {
			p.retired = map[string]retired{}
		}
		p.retired[path] = retired{l, now}
	}
	p.live = live
}
