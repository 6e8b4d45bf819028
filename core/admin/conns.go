package admin

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// conns knows the open connections of one listener. Of too many it closes the
// oldest that no action is carried out for, so that idle ones cannot keep honest ones
// out.
type conns struct {
	most int
	all  sync.WaitGroup // counts open connections

	mu   sync.Mutex
	open map[net.Conn]*connState
	seq  uint64
}

type connState struct {
	owner *conns
	seq   uint64 // in the order of opening
	fresh bool   // has sent nothing yet
	busy  bool   // an action is carried out for it
}

func newConns(most int) *conns { return &conns{most: most, open: map[net.Conn]*connState{}} }

type connKey struct{}

// add is the server's ConnContext: the server calls it for each connection
// before it accepts the next. Handlers find their connection in the context.
func (c *conns) add(ctx context.Context, conn net.Conn) context.Context {
	c.all.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.open) >= c.most {
		c.closeOldest()
	}
	c.seq++
	s := &connState{owner: c, seq: c.seq, fresh: true}
	c.open[conn] = s
	return context.WithValue(ctx, connKey{}, s)
}

// watch is the server's ConnState. The last call for a connection is made when
// its goroutine ends.
func (c *conns) watch(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch state {
	case http.StateClosed:
		delete(c.open, conn)
		c.all.Done()
	case http.StateActive:
		if s := c.open[conn]; s != nil {
			s.fresh = false
		}
	}
}

// closeOldest makes room. The caller holds mu.
func (c *conns) closeOldest() {
	var oldest net.Conn
	for conn, s := range c.open {
		if !s.busy && (oldest == nil || s.seq < c.open[oldest].seq) {
			oldest = conn
		}
	}
	if oldest != nil {
		delete(c.open, oldest)
		_ = oldest.Close() // its goroutine ends and says so to watch
	}
}

// closeFresh closes the connections that have asked for nothing yet.
func (c *conns) closeFresh() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn, s := range c.open {
		if s.fresh {
			_ = conn.Close()
		}
	}
}

// busy marks the connection of a handler that acts as one not to be closed,
// until the function that it returns is called. One whose request is still on
// its way does not count: anybody can be slow.
func busy(ctx context.Context) (done func()) {
	s, _ := ctx.Value(connKey{}).(*connState)
	if s == nil {
		return func() {}
	}
	s.set(true)
	return func() { s.set(false) }
}

func (s *connState) set(busy bool) {
	s.owner.mu.Lock()
	defer s.owner.mu.Unlock()
	s.busy = busy
}
