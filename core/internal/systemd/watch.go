package systemd

import (
	"context"
	"time"
)

// Watch calls alive twice in each interval for as long as check finds nothing,
// and until ctx ends. A check gets a quarter of the interval. Failed is told of
// each one that finds something; then the watchdog is not told, and one that
// bites ends the process.
func Watch(ctx context.Context, interval time.Duration, check func(context.Context) error, alive func() error, failed func(error)) {
	tick := time.NewTicker(interval / 2)
	defer tick.Stop()
	for {
		err := checked(ctx, interval/4, check)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			err = alive()
		}
		if err != nil {
			failed(err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func checked(ctx context.Context, most time.Duration, check func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	return check(ctx)
}
