package events

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// autoscalingBlock is autoscaling { … }.
type autoscalingBlock struct {
	State      string    `hcl:"target_lifecycle_state" doc:"InService, Detached, Standby, Terminated, or Warmed: and Hibernated, Running, Stopped or Terminated." example:"InService"`
	StateRange hcl.Range `hcl:"target_lifecycle_state,attr_value_range"`
	After      *string   `hcl:"after,optional" doc:"How long after the first start of the plugin it is there, such as 30s; without after and at, at once."`
	AfterRange hcl.Range `hcl:"after,attr_value_range"`
	At         *string   `hcl:"at,optional" doc:"The time at which it is there, which may be past: 2026-01-01T00:00:00Z."`
	AtRange    hcl.Range `hcl:"at,attr_value_range"`
	Range      hcl.Range `hcl:",def_range"`
}

// actionBlock is instance_action { … }.
type actionBlock struct {
	Action      string    `hcl:"action" doc:"bundle-pending, shutdown or none." example:"shutdown"`
	ActionRange hcl.Range `hcl:"action,attr_value_range"`
	After       *string   `hcl:"after,optional" doc:"How long after the first start of the plugin it is there, such as 30s; without after and at, at once."`
	AfterRange  hcl.Range `hcl:"after,attr_value_range"`
	At          *string   `hcl:"at,optional" doc:"The time at which it is there, which may be past: 2026-01-01T00:00:00Z."`
	AtRange     hcl.Range `hcl:"at,attr_value_range"`
	Range       hcl.Range `hcl:",def_range"`
}

// lifecycleStates are what an Auto Scaling group can want of an instance.
//
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/retrieving-target-lifecycle-state-through-imds.html
func lifecycleStates() []string {
	return []string{
		"Detached", "InService", "Standby", "Terminated",
		"Warmed:Hibernated", "Warmed:Running", "Warmed:Stopped", "Warmed:Terminated",
	}
}

// noAction is what meta-data/instance-action says while there is nothing to do.
const noAction = "none"

func (r *reader) autoscaling(blocks []autoscalingBlock) {
	steps := make([]step, len(blocks))
	for i := range blocks {
		b := &blocks[i]
		steps[i] = step{
			block: b.Range,
			word:  argument{"target_lifecycle_state", &b.State, b.StateRange},
			after: argument{"after", b.After, b.AfterRange},
			at:    argument{"at", b.At, b.AtRange},
		}
		r.warmPool(b)
	}
	r.sequence(kindAutoscaling, steps, lifecycleStates()...)
}

func (r *reader) action(blocks []actionBlock) {
	steps := make([]step, len(blocks))
	for i := range blocks {
		b := &blocks[i]
		steps[i] = step{
			block: b.Range,
			word:  argument{"action", &b.Action, b.ActionRange},
			after: argument{"after", b.After, b.AfterRange},
			at:    argument{"at", b.At, b.AtRange},
		}
	}
	r.sequence(kindAction, steps, noAction, "shutdown", "bundle-pending")
}

// step is one of several blocks of a kind that follow one another.
type step struct {
	block           hcl.Range
	word, after, at argument
}

// sequence reads blocks of which each must come later than the one before, as
// far as that can be known.
func (r *reader) sequence(k kind, steps []step, words ...string) {
	var last *event // nil: none, or its moment is not known
	for _, s := range steps {
		reported := len(r.diags)
		e := event{kind: k, begin: r.moment(s.after, s.at)}
		sound := len(r.diags) == reported
		e.word = r.word(s.word, words...)
		r.events = append(r.events, e)
		if sound && last != nil && last.begin.fixed() == e.begin.fixed() && !last.begin.before(e.begin, when{}) {
			r.refuse(s.block, "States out of order",
				"The %s blocks are a sequence: this one comes %s, and the one before it %s. Give each a later moment than the one before.",
				k, e.begin, last.begin)
		}
		last = nil
		if sound {
			last = &e
		}
	}
}

// warmPool warns of states that the instance cannot take.
//
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-warm-pools.html
func (r *reader) warmPool(b *autoscalingBlock) {
	if !strings.HasPrefix(b.State, "Warmed:") {
		return
	}
	for _, in := range r.instances {
		switch {
		case in.InstanceLifecycle == lifecycleSpot:
			r.warn(b.StateRange, "Spot Instance in a warm pool", "%s is a Spot Instance, and warm pools take none.", describe(in))
		case b.State == "Warmed:Hibernated" && in.Hibernation != nil && !*in.Hibernation:
			r.warn(b.StateRange, "Hibernation is not set up", "%s has hibernation = false.", describe(in))
		}
	}
}
