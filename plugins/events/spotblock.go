package events

import (
	"github.com/hashicorp/hcl/v2"
)

// spotBlock is spot_interruption { … }.
type spotBlock struct {
	Action      *string   `hcl:"action,optional" doc:"terminate, stop or hibernate; left out, the interruption behaviour of the instance."`
	ActionRange hcl.Range `hcl:"action,attr_value_range"`
	Notice      *string   `hcl:"notice,optional" doc:"From the notice to its time. A hibernation has none." default:"2m"`
	NoticeRange hcl.Range `hcl:"notice,attr_value_range"`
	After       *string   `hcl:"after,optional" doc:"How long after the first start of the plugin it is there, such as 30s; without after and at, at once."`
	AfterRange  hcl.Range `hcl:"after,attr_value_range"`
	At          *string   `hcl:"at,optional" doc:"The time at which it is there, which may be past: 2026-01-01T00:00:00Z."`
	AtRange     hcl.Range `hcl:"at,attr_value_range"`
	Range       hcl.Range `hcl:",def_range"`
}

// rebalanceBlock is rebalance_recommendation { … }.
type rebalanceBlock struct {
	After      *string   `hcl:"after,optional" doc:"How long after the first start of the plugin it is there, such as 30s; without after and at, at once."`
	AfterRange hcl.Range `hcl:"after,attr_value_range"`
	At         *string   `hcl:"at,optional" doc:"The time at which it is there, which may be past: 2026-01-01T00:00:00Z."`
	AtRange    hcl.Range `hcl:"at,attr_value_range"`
	Range      hcl.Range `hcl:",def_range"`
}

func (r *reader) spot(b *spotBlock) {
	e := event{
		kind:  kindSpot,
		begin: r.moment(argument{"after", b.After, b.AfterRange}, argument{"at", b.At, b.AtRange}),
		word:  r.word(argument{"action", b.Action, b.ActionRange}, terminate, stop, hibernate),
	}
	if b.Notice != nil {
		notice := r.duration(argument{"notice", b.Notice, b.NoticeRange})
		e.notice = &notice
	}
	r.events = append(r.events, e)
	r.needSpot(b.Range, "interrupted")
	for _, in := range r.instances {
		if in.InstanceLifecycle != lifecycleSpot {
			continue
		}
		if e.word != "" && e.word != in.InstanceInterruptionBehavior {
			r.warn(b.ActionRange, "Interruption that was not asked for",
				"%s has instance_interruption_behavior = %q, so EC2 would not %s it. Change that, or leave action out.",
				describe(in), in.InstanceInterruptionBehavior, e.word)
		}
		if action, _ := e.interruption(in); action == hibernate && e.notice != nil && *e.notice > 0 {
			r.refuse(b.NoticeRange, "Notice of a hibernation",
				"%s hibernates when the notice appears: EC2 does not wait. Remove notice.", describe(in))
		}
	}
}

func (r *reader) rebalance(b *rebalanceBlock) {
	r.events = append(r.events, event{
		kind:  kindRebalance,
		begin: r.moment(argument{"after", b.After, b.AfterRange}, argument{"at", b.At, b.AtRange}),
	})
	r.needSpot(b.Range, "recommended for rebalancing")
}

const lifecycleSpot = "spot"

// needSpot refuses a block that only concerns Spot Instances.
func (r *reader) needSpot(at hcl.Range, what string) {
	for _, in := range r.instances {
		if in.InstanceLifecycle != lifecycleSpot {
			r.refuse(at, "Not a Spot Instance",
				"%s is %s, and only Spot Instances are %s. Let it have instance_market_options { market_type = \"spot\" }, or remove this block.",
				describe(in), in.InstanceLifecycle, what)
		}
	}
}
