//go:build !linux

package iam

import (
	"context"
	"time"
)

// sinceBoot returns nil: the wall clock alone decides here.
func sinceBoot() func() time.Duration { return nil }

// bootID is not known.
func bootID() string { return "" }

// watchClock does nothing: workers look at the clock at each tick.
func watchClock(context.Context, chan<- struct{}) error { return nil }
