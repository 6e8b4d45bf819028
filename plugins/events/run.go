package events

import (
	"context"
	"time"

	"github.com/mockmd/mockmd/sdk"
)

// tick is how often the wall clock is looked at while something may come:
// timers stand still while a machine sleeps. AWS advises clients to ask every
// 5 seconds, so none of them misses more than one answer.
const tick = 5 * time.Second

// Run publishes each event at its moment until ctx ends.
func (p *plugin) Run(ctx context.Context, h sdk.Host) error {
	shown := 0     // moments that the published trees know of
	woken := false // at first; the events of the configuration have left their token
	var before time.Time
	for ctx.Err() == nil {
		now := p.now()
		all := p.schedule.look(now)
		passed, next := progress(all, now)
		if woken {
			p.keep(h)
		}
		if woken || passed != shown { // the count goes down when the clock is put back
			h.Changed()
			p.tell(all, before, now)
			shown, before = passed, now
		}
		woken = p.wait(ctx, now, next, len(all) > 0)
	}
	return nil
}

// keep hands over from when the events count.
func (p *plugin) keep(h sdk.Host) {
	data, err := p.schedule.checkpoint()
	if err == nil {
		err = h.Checkpoint(data)
	}
	if err != nil {
		p.log.Error("checkpoint not kept: after a crash of this process the delays of the events begin anew", "error", err)
	}
}

// tell logs what has appeared and what is over since the last time.
func (p *plugin) tell(all []occurrence, before, now time.Time) {
	since := func(t time.Time) bool { return !t.IsZero() && t.After(before) && !t.After(now) }
	for _, o := range all {
		if since(o.at) {
			p.log.Info("event has appeared", "event", o.String(), "moment", stamp(o.at))
		}
		if o.kind == kindMaintenance && since(o.until) {
			p.log.Info("event has moved to the history", "event", o.String(), "state", o.window.state, "moment", stamp(o.until))
		}
	}
}

// wait sleeps until something may have changed, and says whether an event has
// been added.
func (p *plugin) wait(ctx context.Context, now, next time.Time, planned bool) bool {
	var timer <-chan time.Time
	if planned {
		pause := tick
		if !next.IsZero() {
			pause = min(pause, next.Sub(now))
		}
		t := time.NewTimer(pause)
		defer t.Stop()
		timer = t.C
	}
	select {
	case <-ctx.Done():
	case <-timer:
	case <-p.schedule.wake:
		return true
	}
	return false
}
