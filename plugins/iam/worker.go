package iam

import (
	"context"
	"time"

	"github.com/hashicorp/go-hclog"
)

// worker keeps the credentials of one role alive. It is the only one to call
// AssumeRole for its role, so there is never more than one call on its way.
type worker struct {
	*role
	state   *state
	sts     assumer
	now     func() time.Time
	random  func() float64
	gap     time.Duration // between two cycles
	timeout time.Duration // of one call
	log     hclog.Logger
	wake    <-chan struct{}

	failures  int                 // cycles in a row that brought nothing
	attempted time.Time           // when the last cycle began
	retry     time.Time           // not before; zero: no cycle has failed
	bootstrap int                 // id of the bootstrap set at the last look
	said      map[string]*failure // what was logged since the last success or new bootstrap set, by access key id
}

// run works until ctx ends.
func (w *worker) run(ctx context.Context) {
	for ctx.Err() == nil {
		w.state.expire(w.name)
		now := w.now()
		due, ok := w.due(now)
		if ok && !now.Before(due) {
			w.cycle(ctx)
			continue
		}
		w.wait(ctx, now, due, ok)
	}
}

// due is when the next cycle begins, and false when there is nothing to sign
// with.
func (w *worker) due(now time.Time) (time.Time, bool) {
	o := w.state.outlook(w.name)
	if o.bootstrap != w.bootstrap { // somebody has mended something
		w.bootstrap, w.failures, w.retry, w.attempted, w.said = o.bootstrap, 0, time.Time{}, time.Time{}, nil
	}
	if len(o.sources) == 0 {
		return time.Time{}, false
	}
	if now.Before(w.attempted.Add(-clockTolerance)) {
		return now, true // the clock was put back: what was planned means nothing
	}
	due := now
	switch {
	case !w.retry.IsZero():
		due = w.retry
	case !o.untried && o.session != nil && !now.Before(o.session.issued.Add(-clockTolerance)):
		due = o.session.renew
	}
	if soonest := w.attempted.Add(w.gap); due.Before(soonest) {
		due = soonest
	}
	return due, true
}

// wait sleeps until something may have become due. It looks at the clock at
// least every tick, because a timer does not count the sleep of a machine.
func (w *worker) wait(ctx context.Context, now, due time.Time, planned bool) {
	pause := tick
	if planned {
		pause = min(pause, due.Sub(now))
	}
	if s := w.state.outlook(w.name).session; s != nil {
		pause = min(pause, s.expires.Sub(now))
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-w.wake:
	case <-timer.C:
	}
}

// cycle tries the sources in order until one works or STS is not there.
func (w *worker) cycle(ctx context.Context) {
	w.attempted = w.now()
	var last *failure
	for _, by := range w.state.outlook(w.name).sources {
		got, f := w.attempt(ctx, by)
		if ctx.Err() != nil {
			return
		}
		if f == nil {
			if w.failures > 0 {
				w.log.Info("AssumeRole works again", "role", w.name, "failures", w.failures)
			}
			w.failures, w.retry, w.said = 0, time.Time{}, nil
			w.state.succeed(w.name, by, got)
			return
		}
		w.report(by, f)
		last = f
		if f.class == classRetry {
			break
		}
		if by.set != nil {
			w.state.refuse(w.name, by.set, f)
		}
	}
	if last == nil { // the last source has expired meanwhile
		return
	}
	w.failures++
	w.retry = w.now().Add(backoff(w.failures, last.retryAfter, w.random()))
	w.state.fail(w.name, last)
}

// attempt calls AssumeRole once.
func (w *worker) attempt(ctx context.Context, by source) (*session, *failure) {
	ctx, cancel := context.WithTimeout(ctx, w.timeout)
	defer cancel()
	asked := by.duration(w.role)
	answer, err := w.sts.assume(ctx, by.keys, assumeRequest{
		roleARN: w.arn, sessionName: w.sessionName, externalID: w.externalID, duration: asked,
	})
	if err != nil {
		return nil, classify(err, by.keys, w.role)
	}
	got, err := newSession(answer, w.role, asked, w.now(), w.random())
	if err != nil {
		return nil, &failure{class: classRetry, reason: err.Error()}
	}
	return got, nil
}

// report logs a failed attempt: loudly when it is news.
func (w *worker) report(by source, f *failure) {
	level := hclog.Debug
	if !w.said[by.keys.accessKeyID].same(f) {
		level = hclog.Warn
		if f.class == classHuman && by.set != nil {
			level = hclog.Error
		}
	}
	if w.said == nil {
		w.said = map[string]*failure{}
	}
	w.said[by.keys.accessKeyID] = f
	w.log.Log(level, "AssumeRole failed", "role", w.name, "class", string(f.class), "error", f.reason, "mend", f.mend,
		"source", by.String(), "signed_by", by.keys.accessKeyID, "attempt", w.failures+1)
}
