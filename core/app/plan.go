package app

import "slices"

// plan is what a reload does to the plugins.
type plan struct {
	kept, added, removed []*member
	replaced             []replacement
}

// replacement is a plugin whose process another one follows.
type replacement struct{ old, next *member }

// newPlan compares two generations. A plugin that both have is kept when it is
// the same member, else replaced.
func newPlan(old, next *generation) plan {
	var p plan
	for _, m := range next.members {
		was := old.member(m.name)
		switch was {
		case nil:
			p.added = append(p.added, m)
		case m:
			p.kept = append(p.kept, m)
		default:
			p.replaced = append(p.replaced, replacement{old: was, next: m})
		}
	}
	for _, m := range old.members {
		if next.member(m.name) == nil {
			p.removed = append(p.removed, m)
		}
	}
	return p
}

// fresh are the members that begin with the reload.
func (p *plan) fresh() []*member {
	out := slices.Clone(p.added)
	for _, r := range p.replaced {
		out = append(out, r.next)
	}
	return out
}

// labels are those of members.
func labels(list []*member) []string {
	var out []string
	for _, m := range list {
		out = append(out, m.name)
	}
	return out
}
