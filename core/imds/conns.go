package imds

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// conn is one open connection.
type conn struct {
	net.Conn
	owner         *serving
	remote, local netip.Addr

	// sending is true while an answer is written, which takes as long as the
	// client takes to read.
	sending atomic.Bool

	prev, next *conn
	in         *connQueue // nil when it is closed or about to be
	asked      bool       // a request of it has arrived; guarded by conns.mu
	accepted   time.Time
}

// serving is one call of Serve.
type serving struct {
	name       string // of the listener
	goroutines sync.WaitGroup
	stopping   bool // guarded by conns.mu
	retired    bool // as well: the first request of a connection is the last
}

// conns knows all open connections: those that wait for a request, oldest
// first, and those that are being answered. To make room, waiting ones are
// closed, and where there are none those whose clients do not read their
// answers: neither idle clients nor slow ones can starve honest clients.
type conns struct {
	mu            sync.Mutex
	waiting, busy connQueue
	limit         int
}

// add takes a new connection in as a waiting one. When there is no room it
// returns the connection that was evicted for it, for the caller to close;
// ok is false when none could be.
func (cs *conns) add(c *conn) (evicted *conn, ok bool) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.waiting.size+cs.busy.size >= cs.limit {
		if evicted = cs.idlest(0); evicted == nil {
			return nil, false
		}
		evicted.leave()
	}
	cs.waiting.add(c)
	return evicted, true
}

// evict takes out the connection that is to make room, for the caller to close,
// and returns nil when there is none. It is one that was not accepted within
// grace: the request of one that has just been accepted may have arrived
// without being seen.
func (cs *conns) evict(grace time.Duration) *conn {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	c := cs.idlest(grace)
	if c != nil {
		c.leave()
	}
	return c
}

// idlest finds the longest waiting connection, else the one that has been
// answered the longest and is still sent to. The caller holds mu.
func (cs *conns) idlest(grace time.Duration) *conn {
	for c := cs.waiting.first; c != nil; c = c.next {
		if c.asked || time.Since(c.accepted) >= grace {
			return c
		}
	}
	for c := cs.busy.first; c != nil; c = c.next {
		if c.sending.Load() && time.Since(c.accepted) >= grace {
			return c
		}
	}
	return nil
}

// begin says that the request of c has arrived. It is false when c has been
// closed meanwhile.
func (cs *conns) begin(c *conn) bool { return cs.move(c, &cs.busy) }

// wait says that c is answered and waits, for another request or for its end.
// It is false when c is to be closed.
func (cs *conns) wait(c *conn) bool { return cs.move(c, &cs.waiting) }

func (cs *conns) move(c *conn, to *connQueue) bool {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	again := c.asked || to == &cs.waiting
	if c.in == nil || c.owner.stopping || c.owner.retired && again {
		return false
	}
	c.asked = c.asked || to == &cs.busy
	c.leave()
	to.add(c)
	return true
}

// stopping says whether the connections of an owner are to end.
func (cs *conns) stopping(owner *serving) bool {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	return owner.stopping || owner.retired
}

// remove forgets a connection that is closed.
func (cs *conns) remove(c *conn) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	c.leave()
}

// stop closes an owner's waiting connections and lets the busy ones end.
func (cs *conns) stop(owner *serving) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	owner.stopping = true
	cs.waiting.closeAll(owner)
}

// retire closes an owner's connections that wait for another request, and lets
// the others make the one that they were opened for.
func (cs *conns) retire(owner *serving) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	owner.retired = true
	for c := cs.waiting.first; c != nil; {
		next := c.next
		if c.owner == owner && c.asked {
			c.leave()
			_ = c.Close()
		}
		c = next
	}
}

// abort closes all connections of an owner.
func (cs *conns) abort(owner *serving) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	cs.waiting.closeAll(owner)
	cs.busy.closeAll(owner)
}

// connQueue is a list through the connections themselves.
type connQueue struct {
	first, last *conn
	size        int
}

func (q *connQueue) add(c *conn) {
	c.in, c.prev, c.next = q, q.last, nil
	if q.last != nil {
		q.last.next = c
	} else {
		q.first = c
	}
	q.last = c
	q.size++
}

func (q *connQueue) closeAll(owner *serving) {
	for c := q.first; c != nil; {
		next := c.next
		if c.owner == owner {
			c.leave()
			_ = c.Close()
		}
		c = next
	}
}

// leave takes c out of the queue that it is in.
func (c *conn) leave() {
	q := c.in
	if q == nil {
		return
	}
	if c.prev != nil {
		c.prev.next = c.next
	} else {
		q.first = c.next
	}
	if c.next != nil {
		c.next.prev = c.prev
	} else {
		q.last = c.prev
	}
	q.size--
	c.in, c.prev, c.next = nil, nil, nil
}
