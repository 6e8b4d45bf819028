package events

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mockmd/mockmd/sdk"
)

// kind is what an event is: the name of its block.
type kind string

const (
	kindSpot        kind = "spot_interruption"
	kindRebalance   kind = "rebalance_recommendation"
	kindMaintenance kind = "maintenance"
	kindAutoscaling kind = "autoscaling"
	kindAction      kind = "instance_action"
)

// event is one event as it is configured: what it says, and when.
type event struct {
	kind  kind
	name  string // the label of a maintenance block
	begin when   // when it appears, from the first start
	// word is what it says: the action of an interruption (empty: what the
	// instance's request asks for), the code of a maintenance, the state or the
	// action that the instance shall take.
	word   string
	notice *time.Duration // from the appearance of an interruption to its time; nil: the usual one
	window *window        // of a maintenance
}

// window is what only a maintenance has. Its moments count from the event's
// appearance.
type window struct {
	description string
	id          string // empty: derived
	notBefore   when
	notAfter    *when // nil: the event has no end
	state       string
	history     when // when it moves to the history, unless it is active for good
}

// key tells an event from others across processes: one whose kind, name, word
// or delay the user has changed is another event.
func (e event) key() string {
	return fmt.Sprintf("%s %q %s %s", e.kind, e.name, e.word, e.begin)
}

func (e event) String() string {
	parts := []string{string(e.kind), e.name, e.word, e.begin.String()}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), " ")
}

// What EC2 does to a Spot Instance that it interrupts.
const (
	terminate = "terminate"
	stop      = "stop"
	hibernate = "hibernate"
)

// usualNotice is how long before a stop or termination EC2 tells of it.
// Hibernation begins at once.
//
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
const usualNotice = 2 * time.Minute

// interruption returns what the event does to an instance, and how long after
// the notice.
func (e event) interruption(in *sdk.Instance) (action string, notice time.Duration) {
	action = e.word
	if action == "" {
		action = in.InstanceInterruptionBehavior
	}
	if action == "" {
		action = terminate // what EC2 does when the request says nothing
	}
	switch {
	case e.notice != nil:
		return action, *e.notice
	case action == hibernate:
		return action, 0
	}
	return action, usualNotice
}
