package systemd

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestWatch: the watchdog hears twice in each interval, and nothing while the
// check finds something, however long that takes to say so.
func TestWatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var stuck atomic.Bool
		var heard, told atomic.Int32
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			Watch(ctx, 4*time.Second, func(ctx context.Context) error {
				if stuck.Load() {
					<-ctx.Done()
					return ctx.Err()
				}
				return nil
			}, func() error { heard.Add(1); return nil }, func(error) { told.Add(1) })
		}()
		time.Sleep(7 * time.Second) // at 0, 2, 4 and 6
		synctest.Wait()
		if heard.Load() != 4 || told.Load() != 0 {
			t.Errorf("heard %d times and told %d times in 7 s, want 4 and 0", heard.Load(), told.Load())
		}
		stuck.Store(true)
		time.Sleep(8*time.Second + time.Millisecond)
		synctest.Wait()
		if heard.Load() != 4 || told.Load() != 4 {
			t.Errorf("stuck: heard %d times and told %d times, want 4 and 4", heard.Load(), told.Load())
		}
		stuck.Store(false)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if heard.Load() != 5 {
			t.Errorf("after that: heard %d times, want 5", heard.Load())
		}
		cancel()
		<-ended
	})
}

// TestWatchTellsOfASilentManager: a manager that cannot be told is no secret.
func TestWatchTellsOfASilentManager(t *testing.T) {
	t.Parallel()
	want := errors.New("gone")
	ctx, cancel := context.WithCancel(t.Context())
	Watch(ctx, time.Minute, func(context.Context) error { return nil }, func() error { return want }, func(err error) {
		if !errors.Is(err, want) {
			t.Errorf("told %v", err)
		}
		cancel()
	})
}
