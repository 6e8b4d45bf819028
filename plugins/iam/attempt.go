package iam

import (
	"context"
	"fmt"
	"time"
)

// caller calls STS for all workers, one call at a time.
type caller struct {
	sts     assumer
	timeout time.Duration // of one call
	turn    chan struct{} // holds one token while nobody calls
}

func newCaller(sts assumer, timeout time.Duration) *caller {
	c := &caller{sts: sts, timeout: timeout, turn: make(chan struct{}, 1)}
	c.turn <- struct{}{}
	return c
}

// call asks for one step with a ticket.
func (c *caller) call(ctx context.Context, t ticket, q assumeRequest) (assumed, error) {
	select {
	case <-c.turn:
	case <-ctx.Done():
		return assumed{}, ctx.Err()
	}
	defer func() { c.turn <- struct{}{} }()
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	if !t.web.empty() {
		return c.sts.assumeWeb(ctx, t.web, q)
	}
	return c.sts.assume(ctx, t.keys, q)
}

// attempt goes one way to a session, once; a second time when what it began
// with was refused and there is something else by now.
func (w *worker) attempt(ctx context.Context, by way) (*session, *failure) {
	t, f := by.start(ctx)
	if f != nil {
		return nil, f
	}
	got, f := w.climb(ctx, by, t)
	if f == nil || ctx.Err() != nil {
		return got, f
	}
	switch {
	case f.signature() && f.skewed: // the answer has told the right time
		got, f = w.climb(ctx, by, t)
	case f.refusesCredentials() && by.again != nil:
		if next, ok := by.again(ctx, t); ok {
			got, f = w.climb(ctx, by, next)
		}
	}
	return got, f
}

// climb assumes what there is to assume, step by step.
func (w *worker) climb(ctx context.Context, by way, t ticket) (*session, *failure) {
	if t.ready != nil {
		return w.take(*t.ready, by, t, 0)
	}
	requests := w.requests
	if by.own {
		requests = requests[len(requests)-1:]
	}
	for i, q := range requests {
		q, f := w.complete(q, t)
		if f == nil {
			var answer assumed
			var err error
			if answer, err = w.sts.call(ctx, t, q); err == nil {
				if i == len(requests)-1 {
					return w.take(answer, by, t, q.duration)
				}
				t = ticket{keys: answer.keys}
				continue
			}
			f = classify(err, by, t, q)
		}
		f.signedBy = t.signer()
		if len(requests) > 1 {
			f.reason = fmt.Sprintf("step %d of %d, %s: %s", i+1, len(requests), q.roleARN, f.reason)
		}
		return nil, f
	}
	return nil, &failure{class: classRetry, reason: "there is nothing to assume"}
}

// complete adds to a request what depends on who signs it: sessions are
// granted an hour at most, and only long-term credentials can show an MFA
// code.
func (w *worker) complete(q assumeRequest, t ticket) (assumeRequest, *failure) {
	if t.web.empty() && t.keys.temporary() {
		q.duration = min(q.duration, maxChained)
	}
	if q.mfaSerial == "" {
		return q, nil
	}
	if !t.longTerm() {
		q.mfaSerial = ""
		return q, nil
	}
	code, ok := w.state.takeCode(w.grantState)
	if !ok {
		return q, needsCode(w.grant, q.mfaSerial)
	}
	q.mfaCode = code
	return q, nil
}

// take makes the session of an answer.
func (w *worker) take(a assumed, by way, t ticket, asked time.Duration) (*session, *failure) {
	got, err := newSession(a, w.account, asked, w.state.now(), w.random())
	if err != nil {
		return nil, &failure{class: classRetry, reason: err.Error(), signedBy: t.signer()}
	}
	got.source = by.by.name()
	if !a.asIs {
		got.signedBy = t.signer()
	}
	return got, nil
}
