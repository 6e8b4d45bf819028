package attack

import (
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestRow10Slowloris sends heads line by line, without end. Each such
// connection is ended by the server, and honest clients are served until then.
func TestRow10Slowloris(t *testing.T) {
	t.Parallel()
	each(t, everywhere, func(t *testing.T, x target) {
		var wg sync.WaitGroup
		var left atomic.Int32
		for range 20 {
			c := x.dial(t)
			left.Add(1)
			_, _ = io.WriteString(c, "GET "+idPath+" HTTP/1.1\r\n")
			closed := make(chan struct{})
			wg.Go(func() {
				defer left.Add(-1)
				defer close(closed)
				if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("%s: a head without end is waited for", x.name)
				}
			})
			wg.Go(func() {
				for tick := time.NewTicker(200 * time.Millisecond); ; {
					select {
					case <-closed:
						tick.Stop()
						return
					case <-tick.C:
						_, _ = io.WriteString(c, "X: y\r\n")
					}
				}
			})
		}
		for left.Load() > 0 {
			x.honest(t)
			time.Sleep(50 * time.Millisecond) // only the pace
		}
		wg.Wait()
	})
}
