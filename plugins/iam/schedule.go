package iam

import "time"

const (
	// tick is how often a waiting worker looks at the wall clock: timers stand
	// still while a machine sleeps.
	tick = 30 * time.Second
	// fresh is how much life credentials should have when they are replaced.
	// The AWS SDKs begin to ask for new ones 15 minutes before the expiry.
	fresh = 15 * time.Minute
	// renewFloor is the shortest time between renewals that fresh asks for.
	renewFloor = time.Minute
	// clockTolerance is how far the clock may jump back unnoticed.
	clockTolerance = time.Minute

	// gapAWS and gapOther are the shortest time between two cycles of a role.
	// They bound the rate when an STS grants next to no life, or when a clock
	// makes it look so; AWS itself never grants less than 15 minutes.
	gapAWS   = 5 * time.Second
	gapOther = 200 * time.Millisecond

	attemptTimeout = 10 * time.Second
	// maxChained is what STS grants at most when the source is a session.
	maxChained = time.Hour

	// humanHeadStart is how many failures what needs a human counts for at the
	// first one: nothing is gained by asking again after a second.
	humanHeadStart = 3

	backoffFirst  = time.Second
	backoffMax    = time.Minute
	backoffLeast  = 100 * time.Millisecond
	retryAfterMax = 5 * time.Minute
)

// renewAfter is when, counted from its issue, a session of the given life is
// renewed: at half its life, earlier when fewer than 15 minutes were left
// then, and up to a tenth earlier still so that roles drift apart. random is
// in [0, 1).
func renewAfter(life time.Duration, random float64) time.Duration {
	after := life / 2
	if life > fresh {
		after = min(after, max(life-fresh, renewFloor))
	}
	return after - time.Duration(float64(after)*random/10)
}

// backoff is how long to wait after a number of failures in a row: a random
// part of 1 s, 2 s, 4 s … 60 s ("full jitter"), and never less than what the
// server asked for. random is in [0, 1).
//
// See https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/.
func backoff(failures int, retryAfter time.Duration, random float64) time.Duration {
	ceiling := backoffMax
	if shift := failures - 1; shift < 6 {
		ceiling = min(ceiling, backoffFirst<<shift)
	}
	wait := max(time.Duration(float64(ceiling)*random), backoffLeast)
	return max(wait, min(retryAfter, retryAfterMax))
}
