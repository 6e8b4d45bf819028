package events

import (
	"context"
	"encoding/json"

	"github.com/mockmd/mockmd/sdk"
)

// told is an event as the action tells it. The action of an interruption is
// left out when it is that of each instance.
type told struct {
	Kind    kind   `json:"kind"`
	Name    string `json:"name,omitempty"`
	Action  string `json:"action,omitempty"`
	Target  string `json:"target_lifecycle_state,omitempty"`
	Code    string `json:"code,omitempty"`
	At      string `json:"at"`
	Until   string `json:"until,omitempty"`
	State   phase  `json:"state"`
	Outcome string `json:"outcome,omitempty"`
}

// Actions returns the action that tells the events.
func (p *plugin) Actions() []sdk.Action {
	return []sdk.Action{{
		Name: "events", ReadOnly: true,
		Doc: "Tells the events in the order of their moments, each pending, active or past.",
		Do: func(context.Context, []byte) ([]byte, error) {
			now := p.now()
			list := []told{} // never null
			for _, o := range p.schedule.look(now) {
				list = append(list, toldOf(o, o.phase(now)))
			}
			return json.Marshal(map[string]any{"events": list})
		},
	}}
}

func toldOf(o occurrence, state phase) told {
	t := told{Kind: o.kind, Name: o.name, At: stamp(o.at), State: state}
	switch o.kind {
	case kindSpot, kindAction:
		t.Action = o.word
	case kindAutoscaling:
		t.Target = o.word
	case kindMaintenance:
		t.Code = o.word
		if o.window.state != stateActive {
			t.Outcome = o.window.state
		}
	}
	if !o.until.IsZero() {
		t.Until = stamp(o.until)
	}
	return t
}
