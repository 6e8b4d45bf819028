package iam

import (
	"context"
	"time"

	"github.com/hashicorp/go-hclog"
)

// worker keeps the credentials of one grant alive. It is the only one to act
// for its grant, and all workers call STS one after another.
type worker struct {
	*grantState
	state  *state
	sts    *caller
	random func() float64
	gap    time.Duration // between two cycles
	tick   time.Duration // how often the clock is looked at
	log    hclog.Logger

	failures  int                 // cycles in a row that brought nothing
	attempted time.Time           // when the last cycle began
	retry     time.Time           // not before; zero: no cycle has failed
	acted     int                 // news that has been acted on
	said      map[string]*failure // what was logged since the last news, and still fails after a success, by what signed
}

// run works until ctx ends.
func (w *worker) run(ctx context.Context) {
	for ctx.Err() == nil {
		w.state.expire(w.grantState)
		now := w.state.now()
		p := w.state.plan(w.grantState)
		due, ok := w.due(p, now)
		if ok && !now.Before(due) {
			w.cycle(ctx, p)
			continue
		}
		w.state.expect(w.grantState, due)
		w.wait(ctx, p, now, due)
	}
}

// due is when the next cycle begins, and false when there is no way to try.
func (w *worker) due(p plan, now time.Time) (time.Time, bool) {
	news := p.news != w.acted
	if news { // somebody has mended something
		w.failures, w.retry, w.said = 0, time.Time{}, nil
	}
	if len(p.ways) == 0 {
		return time.Time{}, false
	}
	if p.hurried > w.acted || now.Before(w.attempted.Add(-clockTolerance)) {
		return now, true // or the clock was put back: what was planned means nothing
	}
	due := now
	switch {
	case !w.retry.IsZero():
		due = w.retry
	case news:
	case p.session != nil && !now.Before(p.session.issued.Add(-clockTolerance)):
		due = p.session.renew
	}
	if soonest := w.attempted.Add(w.gap); due.Before(soonest) {
		due = soonest
	}
	return due, true
}

// wait sleeps until something may have become due. It looks at the clock at
// least every tick, because a timer does not count the sleep of a machine.
func (w *worker) wait(ctx context.Context, p plan, now, due time.Time) {
	pause := w.tick
	if !due.IsZero() {
		pause = min(pause, due.Sub(now))
	}
	if p.session != nil {
		pause = min(pause, p.session.expires.Sub(now))
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-w.wake:
	case <-timer.C:
	}
}

// cycle tries the ways in order until one works or STS is not there.
func (w *worker) cycle(ctx context.Context, p plan) {
	w.acted, w.attempted = p.news, w.state.now()
	var worst *failure
	var asked []string
	fails := map[string]*failure{} // whatever works after it
	for _, by := range p.ways {
		asked = append(asked, by.by.name())
		got, f := w.attempt(ctx, by)
		if ctx.Err() != nil {
			return
		}
		if f == nil {
			if w.failures > 0 {
				w.log.Info("AssumeRole works again", "role", w.name, "instance", w.instance, "failures", w.failures)
			}
			w.failures, w.retry, w.said = 0, time.Time{}, fails
			w.state.skipped(w.grantState, asked)
			w.state.succeed(w.grantState, p.epoch, by, got)
			return
		}
		fails[w.report(by, f)] = f
		worst = worse(worst, f, by)
		if f.class == classRetry {
			break
		}
		w.state.pass(w.grantState, p.epoch, by, f)
	}
	w.failures++
	failures := w.failures
	if worst.class == classHuman { // a second makes no difference
		failures += humanHeadStart
	}
	w.retry = w.state.now().Add(backoff(failures, worst.retryAfter, w.random()))
	w.state.fail(w.grantState, p.epoch, worst)
}

// worse picks the failure that people should see: one that needs them rather
// than one that passes, and what became of the role's own session last of all.
func worse(before, f *failure, by way) *failure {
	f.weight = map[class]int{classElsewhere: 1, classRetry: 2, classHuman: 3}[f.class]
	if by.own {
		f.weight = 0
	}
	if before == nil {
		return f
	}
	longest := max(before.retryAfter, f.retryAfter)
	if f.weight < before.weight {
		f = before
	}
	f.retryAfter = longest
	return f
}

// report logs a failed attempt: loudly when it is news. It returns the name by
// which that is remembered.
func (w *worker) report(by way, f *failure) (signs string) {
	level := hclog.Debug
	signs = by.signs() + " " + f.signedBy
	if !w.said[signs].same(f) {
		level = hclog.Warn
		if f.class == classHuman && !by.own {
			level = hclog.Error
		}
	}
	if w.said == nil {
		w.said = map[string]*failure{}
	}
	w.said[signs] = f
	w.log.Log(level, f.event(), "role", w.name, "instance", w.instance, "class", string(f.class), "error", f.reason, "mend", f.mend,
		"source", by.signs(), "signed_by", f.signedBy, "attempt", w.failures+1)
	return signs
}
