package admin

import (
	"context"
	"net"
	"net/http"
	"testing"
)

// pipe is a connection that knows whether it was closed.
type pipe struct {
	net.Conn
	closed bool
}

func (p *pipe) Close() error {
	p.closed = true
	return nil
}

func TestConnsCloseTheOldestThatIsNotBusy(t *testing.T) {
	t.Parallel()
	c := newConns(2)
	open := make([]*pipe, 5)
	ctx := make([]context.Context, 5)
	add := func(i int) {
		open[i] = &pipe{}
		ctx[i] = c.add(t.Context(), open[i])
		c.watch(open[i], http.StateNew)
	}
	closed := func(want ...bool) {
		t.Helper()
		for i, w := range want {
			if open[i].closed != w {
				t.Errorf("connection %d closed: %t, want %t", i, open[i].closed, w)
			}
		}
	}
	add(0)
	add(1)
	closed(false, false)
	done := busy(ctx[0])
	add(2) // 0 is the oldest, but busy
	closed(false, true, false)
	done()
	add(3)
	closed(true, true, false, false)
	busy(ctx[2])
	busy(ctx[3])
	add(4) // all others are busy: it is let in
	closed(true, true, false, false, false)

	c.watch(open[2], http.StateActive)
	c.closeFresh()
	closed(true, true, false, true, true)
	for _, conn := range open {
		c.watch(conn, http.StateActive) // late news of closed ones
		c.watch(conn, http.StateClosed)
	}
	c.all.Wait()
	if len(c.open) != 0 {
		t.Errorf("%d connections are left", len(c.open))
	}
}
