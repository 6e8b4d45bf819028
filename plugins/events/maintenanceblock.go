package events

import (
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

// maintenanceBlock is maintenance "NAME" { … }.
type maintenanceBlock struct {
	Name              string    `hcl:"name,label"`
	NameRange         hcl.Range `hcl:"name,label_range"`
	Code              string    `hcl:"code" doc:"instance-reboot, instance-retirement, instance-stop, system-maintenance or system-reboot." example:"system-reboot"`
	CodeRange         hcl.Range `hcl:"code,attr_value_range"`
	Description       *string   `hcl:"description,optional" doc:"What people read; left out, by the code."`
	EventID           *string   `hcl:"event_id,optional" doc:"instance-event- and 17 hexadecimal digits; left out, derived from the instance and the name."`
	EventIDRange      hcl.Range `hcl:"event_id,attr_value_range"`
	NotBefore         *string   `hcl:"not_before,optional" doc:"When it may begin, as a time or counted from when it appears; left out, when it appears."`
	NotBeforeRange    hcl.Range `hcl:"not_before,attr_value_range"`
	NotAfter          *string   `hcl:"not_after,optional" doc:"When it must have ended, likewise; left out, 2h after not_before, and for a retirement or stop never."`
	NotAfterRange     hcl.Range `hcl:"not_after,attr_value_range"`
	State             *string   `hcl:"state,optional" doc:"What becomes of it: active, canceled or completed; left out, completed with history_after or history_at, else active."`
	StateRange        hcl.Range `hcl:"state,attr_value_range"`
	HistoryAfter      *string   `hcl:"history_after,optional" doc:"How long after its appearance it moves to the history; left out with history_at, at once."`
	HistoryAfterRange hcl.Range `hcl:"history_after,attr_value_range"`
	HistoryAt         *string   `hcl:"history_at,optional" doc:"The time at which it moves there."`
	HistoryAtRange    hcl.Range `hcl:"history_at,attr_value_range"`
	After             *string   `hcl:"after,optional" doc:"How long after the first start of the plugin it is there, such as 30s; without after and at, at once."`
	AfterRange        hcl.Range `hcl:"after,attr_value_range"`
	At                *string   `hcl:"at,optional" doc:"The time at which it is there, which may be past: 2026-01-01T00:00:00Z."`
	AtRange           hcl.Range `hcl:"at,attr_value_range"`
}

// The states of a maintenance. The last two are in the history.
const (
	stateActive    = "active"
	stateCanceled  = "canceled"
	stateCompleted = "completed"
)

// historyPrefix is what a description in the history begins with.
func historyPrefix(state string) string {
	if state == stateCanceled {
		return "[Canceled] "
	}
	return "[Completed] "
}

// maintenanceWindow is how long a maintenance with an end may take when the
// configuration does not say.
const maintenanceWindow = 2 * time.Hour

// code is what is done to the instance.
type code struct {
	name        string
	description string // when the configuration gives none
	ends        bool   // whether EC2 gives it an end
}

// codes are the event codes of EC2.
//
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceStatusEvent.html
func codes() []code {
	return []code{
		{"instance-reboot", "scheduled reboot", true},
		{"instance-retirement", "scheduled retirement", false},
		{"instance-stop", "scheduled stop", false},
		{"system-maintenance", "scheduled maintenance", true},
		{"system-reboot", "scheduled reboot", true},
	}
}

var eventIDPattern = lazyregexp.New(`^instance-event-[0-9a-f]{17}$`)

func (r *reader) maintenance(blocks []maintenanceBlock) {
	names, ids := map[string]hcl.Range{}, map[string]hcl.Range{}
	for i := range blocks {
		b := &blocks[i]
		if first, twice := names[b.Name]; twice {
			r.refuse(b.NameRange, "Duplicate maintenance", "The maintenance %q is defined at %s already.", b.Name, first)
			continue
		}
		names[b.Name] = b.NameRange
		e := r.maintenanceEvent(b)
		r.events = append(r.events, e)
		if e.window.id == "" {
			continue
		}
		if first, twice := ids[e.window.id]; twice {
			r.refuse(b.EventIDRange, "Duplicate event id", "The maintenance at %s has this id already. Remove event_id to have one derived.", first)
		}
		ids[e.window.id] = b.EventIDRange
	}
}

func (r *reader) maintenanceEvent(b *maintenanceBlock) event {
	w := &window{}
	e := event{
		kind: kindMaintenance, name: b.Name, window: w,
		begin: r.moment(argument{"after", b.After, b.AfterRange}, argument{"at", b.At, b.AtRange}),
	}
	var names []string
	for _, c := range codes() {
		names = append(names, c.name)
	}
	e.word = r.word(argument{"code", &b.Code, b.CodeRange}, names...)
	r.times(b, e)
	for _, c := range codes() {
		if c.name != e.word {
			continue
		}
		w.description = c.description
		if c.ends && w.notAfter == nil {
			end := w.notBefore.plus(maintenanceWindow)
			w.notAfter = &end
		}
	}
	if b.Description != nil {
		w.description = *b.Description
	}
	if b.EventID != nil {
		w.id = *b.EventID
		if !eventIDPattern.MatchString(w.id) {
			r.refuse(b.EventIDRange, "Invalid event id", "An event id is instance-event- and 17 digits or letters from a to f. Remove event_id to have one derived.")
		}
	}
	r.history(b, e)
	return e
}

// times reads when the maintenance may begin and must have ended.
func (r *reader) times(b *maintenanceBlock, e event) {
	w := e.window
	reported := len(r.diags)
	if b.NotBefore != nil {
		w.notBefore = r.either(argument{"not_before", b.NotBefore, b.NotBeforeRange})
	}
	if b.NotAfter == nil {
		return
	}
	end := r.either(argument{"not_after", b.NotAfter, b.NotAfterRange})
	w.notAfter = &end
	if len(r.diags) == reported && end.before(w.notBefore, e.begin) {
		r.refuse(b.NotAfterRange, "End before the begin", "The maintenance must have ended before it may begin: not_after is earlier than not_before.")
	}
}

// history reads what becomes of the maintenance.
func (r *reader) history(b *maintenanceBlock, e event) {
	w := e.window
	w.state = r.word(argument{"state", b.State, b.StateRange}, stateActive, stateCanceled, stateCompleted)
	moves, at := b.HistoryAfter != nil, b.HistoryAfterRange
	if b.HistoryAt != nil {
		moves, at = true, b.HistoryAtRange
	}
	w.history = r.moment(argument{"history_after", b.HistoryAfter, b.HistoryAfterRange}, argument{"history_at", b.HistoryAt, b.HistoryAtRange})
	switch {
	case w.state == "" && moves:
		w.state = stateCompleted
	case w.state == "":
		w.state = stateActive
	case w.state == stateActive && moves:
		r.refuse(at, "Active event in the history", "Only canceled and completed events are in the history. Change state, or remove this argument.")
	}
	if w.history.before(when{}, e.begin) {
		r.refuse(at, "In the history before it appears", "The event appears %s. Give history_at a later time.", e.begin)
	}
}
