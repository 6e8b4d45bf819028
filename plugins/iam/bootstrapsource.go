package iam

import (
	"context"
	"slices"

	"github.com/hashicorp/hcl/v2"
)

const kindBootstrap = "bootstrap"

// bootstrapBlock is bootstrap { … }: credentials that somebody posts once. A
// role is then renewed with its own session.
type bootstrapBlock struct {
	At   hcl.Range `hcl:",def_range"`
	Name string    `hcl:"name,optional" doc:"What sources calls it; left out, the type of the block."`
}

type bootstrapSource struct{ label string }

var _ source = (*bootstrapSource)(nil)

func (b *bootstrapSource) name() string { return b.label }
func (b *bootstrapSource) kind() string { return kindBootstrap }

func (b *bootstrapSource) waits() string {
	return "POST bootstrap credentials to /bootstrap/creds of its admin listener"
}

// ways are a bootstrap set that has not worked yet, then the role's own
// session, then the bootstrap set, then older ones that have worked, for this
// role first. A set that was refused is thus tried again at each renewal: a key
// that was made a moment ago is not known to all of AWS yet. A session that
// seems to be over comes last, and once.
func (b *bootstrapSource) ways(s *state, g *grantState) []way {
	known := s.bootstraps()
	if i := slices.Index(known, g.works); i > 1 {
		known = slices.Insert(slices.Delete(known, i, i+1), 1, g.works)
	}
	sets := make([]way, len(known))
	for i, set := range known {
		sets[i] = b.signed(set)
	}
	switch {
	case g.lapsed != nil && g.lapsed.source == b.label:
		return append(sets, b.own(g.lapsed))
	case !g.session.valid(s.now()) || g.session.source != b.label:
		return sets
	}
	own := b.own(g.session)
	if s.current != nil && (g.tried < s.current.id || g.refused != nil) {
		return append([]way{sets[0], own}, sets[1:]...)
	}
	return append([]way{own}, sets...)
}

// signed is the way by a bootstrap set.
func (b *bootstrapSource) signed(set *bootstrap) way {
	return way{by: b, set: set, start: func(context.Context) (ticket, *failure) { return ticket{keys: set.keys}, nil }}
}

// own is the way by the role's own session.
func (b *bootstrapSource) own(v *session) way {
	keys := v.keys
	return way{by: b, own: true, start: func(context.Context) (ticket, *failure) { return ticket{keys: keys}, nil }}
}
