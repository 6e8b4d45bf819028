package app

import (
	"context"
	"os"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/mockmd/mockmd/core/admin"
)

// TestReloadsCoalesce: all that is asked for during a reload is one more.
func TestReloadsCoalesce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newReloads()
		ctx, cancel := context.WithCancel(t.Context())
		hangups := make(chan os.Signal, 1)
		release, reloads := make(chan string), 0
		var wg sync.WaitGroup
		wg.Go(func() {
			r.serve(ctx, hangups, func(context.Context) *admin.Reload {
				reloads++
				why := <-release
				return &admin.Reload{Reloaded: why == "", Error: why}
			}, func(*admin.Reload) {})
		})
		got := make(chan *admin.Reload, 20)
		ask := func(n int) {
			for range n {
				wg.Go(func() { got <- r.ask(t.Context()) })
			}
			synctest.Wait()
		}
		ask(1)
		ask(5)
		hangups <- syscall.SIGHUP
		release <- "broken"
		synctest.Wait()
		if why, when := r.last(); len(got) != 1 || why != "broken" || when.IsZero() {
			t.Errorf("after the first: %d told, last %q at %s", len(got), why, when)
		}
		release <- ""
		synctest.Wait()
		if why, when := r.last(); len(got) != 6 || why != "" || !when.IsZero() {
			t.Errorf("after the second: %d told, last %q at %s", len(got), why, when)
		}
		// The hang-up came while the first was under way; whether the second
		// has begun before or after it, nothing is lost.
		select {
		case release <- "":
		default:
		}
		synctest.Wait()
		if reloads < 2 || reloads > 3 {
			t.Errorf("%d reloads for seven wishes", reloads)
		}
		ask(2)
		cancel()
		release <- "stopping"
		wg.Wait()
		close(got)
		n := 0
		for result := range got {
			if result == nil {
				n++
			}
		}
		if n != 2 {
			t.Errorf("%d are told that there is none, want the two that waited at the end", n)
		}
		if r.ask(t.Context()) != nil {
			t.Error("a reload after the end")
		}
	})
}
