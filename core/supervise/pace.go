package supervise

import (
	"context"
	"time"

	"golang.org/x/time/rate"
)

const (
	// messagesPerSecond is how many messages of one plugin are taken in in the
	// long run, and at once after a quiet time.
	messagesPerSecond = 20_000
	// workPerSecond is how much of one processor the trees of one plugin may
	// take in the long run, and workBurst how much they may at once, so that
	// the first trees of very many instances do not wait.
	workPerSecond = 250 * time.Millisecond
	workBurst     = 5 * time.Second
	// The wait after a tree that is refused: it doubles with each in a row.
	firstPenalty = 100 * time.Millisecond
	maxPenalty   = 10 * time.Second
)

// pacer slows down a plugin that keeps the core busy. While the core does not
// take in what comes, the transport lets the plugin send no more.
type pacer struct {
	messages *rate.Limiter
	work     *rate.Limiter // of trees, in microseconds
	next     time.Time     // the next tree is not looked at before
	refused  int           // trees in a row
}

func newPacer() *pacer {
	return &pacer{
		messages: rate.NewLimiter(messagesPerSecond, messagesPerSecond),
		work:     rate.NewLimiter(rate.Limit(workPerSecond.Microseconds()), int(workBurst.Microseconds())),
	}
}

// message waits until one more message may be received.
func (p *pacer) message(ctx context.Context) error { return p.messages.Wait(ctx) }

// tree waits until one more tree may be taken in; once stop is closed, no more.
// The error is that of ctx.
func (p *pacer) tree(ctx context.Context, stop <-chan struct{}) error {
	t := time.NewTimer(time.Until(p.next))
	defer t.Stop()
	select {
	case <-t.C:
	case <-stop:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// done notes what a tree has cost, and whether it was refused.
func (p *pacer) done(took time.Duration, refused bool) {
	now := time.Now()
	wait := p.work.ReserveN(now, int(min(took, workBurst).Microseconds())).DelayFrom(now)
	if !refused {
		p.refused = 0
	} else {
		penalty := maxPenalty
		if p.refused < 10 {
			penalty = min(maxPenalty, firstPenalty<<p.refused)
		}
		p.refused++
		wait = max(wait, penalty)
	}
	p.next = now.Add(wait)
}
