package iam

import (
	"sync"
	"time"
)

const (
	// skewTolerance is how far this machine's clock may be from that of STS
	// and count as right: the Date header has whole seconds, and an answer
	// takes a while.
	skewTolerance = 3 * time.Second
	// skewTold is from where on people are told.
	skewTold = time.Minute
)

// clock tells the time as STS has it, once it has been heard: expiry is by the
// clock of STS, and this machine's may be wrong.
//
// After an answer the time goes on by a counter that nobody can set, so a wall
// clock that is put back makes nothing live longer. One that is put forward
// counts, for the counter may have stood still: that of a virtual machine does
// while the machine is paused. Forward, being wrong costs a renewal; back, it
// would serve what has expired.
type clock struct {
	wall    func() time.Time     // of this machine, without monotonic reading
	elapsed func() time.Duration // goes on while the machine sleeps; nil: the system has no such counter
	boot    string               // names the start of the system that elapsed counts from; empty: nobody knows

	mu    sync.Mutex
	heard bool
	base  time.Time     // STS's time when it was heard, in UTC
	at    time.Time     // wall then
	since time.Duration // elapsed then
}

// now is the time at STS, in UTC.
func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.locked(c.wall())
}

func (c *clock) locked(wall time.Time) time.Time {
	if !c.heard {
		return wall.UTC()
	}
	now := c.base.Add(wall.Sub(c.at))
	if c.elapsed != nil {
		if counted := c.base.Add(c.elapsed() - c.since); counted.After(now) {
			now = counted
		}
	}
	return now
}

// local is when this machine's clock will show that STS's time t has come.
func (c *clock) local(t time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	wall := c.wall()
	return t.Add(wall.Sub(c.locked(wall))).UTC()
}

// skew is how far STS is ahead of this machine; negative when it is behind.
func (c *clock) skew() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	wall := c.wall()
	return c.locked(wall).Sub(wall).Round(time.Second)
}

// hear takes the Date header of an answer of STS, which has whole seconds. It
// says whether now jumps because of it.
func (c *clock) hear(date time.Time) (jumps bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	wall := c.wall()
	before := c.locked(wall)
	told := date.UTC().Add(time.Second / 2)
	if d := told.Sub(wall); d.Abs() <= skewTolerance {
		told = wall.UTC() // this machine's clock is right, and finer
	}
	c.heard, c.base, c.at = true, told, wall
	if c.elapsed != nil {
		c.since = c.elapsed()
	}
	return told.Sub(before).Abs() > skewTolerance
}

// savedClock is what one process tells the next.
type savedClock struct {
	Boot  string        `json:"boot,omitempty"`
	Base  time.Time     `json:"base,omitzero"`
	At    time.Time     `json:"at,omitzero"`
	Since time.Duration `json:"since,omitempty"`
}

// save returns what has been heard; zero when nothing has.
func (c *clock) save() savedClock {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.heard {
		return savedClock{}
	}
	return savedClock{c.boot, c.base, c.at, c.since}
}

// restore goes on from what an earlier process has heard, so that a clock that
// was put back meanwhile is not believed. After a start of the system no more
// is known than that time does not go back.
func (c *clock) restore(s savedClock) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.heard || s.Base.IsZero() {
		return
	}
	if c.elapsed != nil && c.boot != "" && c.boot == s.Boot {
		c.heard, c.base, c.at, c.since = true, s.Base.UTC(), s.At, s.Since
		return
	}
	if wall := c.wall(); wall.Before(s.Base) {
		c.heard, c.base, c.at = true, s.Base.UTC(), wall
		if c.elapsed != nil {
			c.since = c.elapsed()
		}
	}
}
