package imds

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/mockmd/mockmd/core/internal/socket"
	"github.com/mockmd/mockmd/sdk/guard"
)

// Server is the metadata listener. It is safe for use by many goroutines.
type Server struct {
	log      hclog.Logger
	limits   Limits
	options  atomic.Pointer[Options]
	conns    conns
	refusals refusals
	readers  sync.Pool // *bufio.Reader
	buffers  sync.Pool // *buffer
	dates    dates
}

// New returns a server that serves by o.
func New(o Options) *Server {
	o = o.withDefaults()
	s := &Server{log: o.Log, limits: o.Limits, conns: conns{limit: o.Limits.Connections}}
	s.options.Store(&o)
	s.readers.New = func() any { return bufio.NewReaderSize(nil, s.limits.HeaderBytes) }
	s.buffers.New = func() any { return new(buffer) }
	return s
}

// Update serves by o from the next request on. Log and Limits stay those that
// New was given. Connections stay open.
func (s *Server) Update(o Options) {
	o = o.withDefaults()
	close(s.options.Swap(&o).replaced)
}

// Serve is ServeAs for a listener without a name.
func (s *Server) Serve(ctx context.Context, l net.Listener) error { return s.ServeAs(ctx, l, "") }

// ServeAs accepts and answers connections until ctx ends. Then it closes l and
// all connections that wait for a request, lets the requests under way end,
// for at most Limits.DrainTimeout, and returns nil when the last connection is
// closed. It may be called for several listeners at the same time; they share
// the limits. It returns an error when l was closed by somebody else; one that
// was retired ([socket.ErrRetired]) is no failure: who has connected to it may
// still make a request, and then it returns nil. So may who has connected to
// one that is shared with the service manager when ctx ends, within
// Limits.DrainTimeout. Name is what the listener is called in [Options].Choose.
func (s *Server) ServeAs(ctx context.Context, l net.Listener, name string) error {
	// Requests under way outlive ctx, but not the drain.
	work, abort := context.WithCancel(context.WithoutCancel(ctx))
	defer abort()
	closing := context.AfterFunc(ctx, func() {
		if !socket.PassOn(l) {
			_ = l.Close()
		}
	})
	defer closing()

	sv := &serving{name: name}
	err := s.accept(ctx, work, l, sv)
	_ = l.Close()
	retired := errors.Is(err, socket.ErrRetired)
	if retired {
		err = nil
		s.conns.retire(sv)
	} else {
		s.conns.stop(sv)
	}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		sv.goroutines.Wait()
	}()
	if retired {
		s.hear(ctx, l, sv, drained)
	}
	patience := time.NewTimer(s.limits.DrainTimeout)
	defer patience.Stop()
	select {
	case <-drained:
	case <-patience.C:
		s.log.Warn("requests were cut off at shutdown", "after", s.limits.DrainTimeout)
		abort()
		s.conns.abort(sv)
		<-drained
	}
	return err
}

// hear waits for the requests of those who have connected to a listener that
// was retired, and for no others when ctx ends, unless they would go to the
// next process if they had come later.
func (s *Server) hear(ctx context.Context, l net.Listener, sv *serving, drained <-chan struct{}) {
	patience, end := s.limits.HeaderTimeout, ctx.Done()
	if h, ok := l.(socket.Handover); ok && h.Shared() {
		patience, end = s.limits.DrainTimeout, nil
	}
	unasked := time.NewTimer(patience)
	defer unasked.Stop()
	select {
	case <-drained:
	case <-unasked.C:
	case <-end:
	}
	s.conns.stop(sv)
}

// Accepting pauses after a failure, so that one that lasts, such as a lack of
// file descriptors, does not spin.
const (
	pauseFirst   = 5 * time.Millisecond
	pauseLongest = time.Second
	// evictGrace is how long a connection may take until its first request is
	// seen, before it is closed for want of file descriptors.
	evictGrace = 50 * time.Millisecond
)

func (s *Server) accept(ctx, work context.Context, l net.Listener, sv *serving) error {
	var pause time.Duration
	for {
		nc, err := l.Accept()
		switch {
		case err == nil:
			pause = 0
			s.admit(work, sv, nc)
			continue
		case errors.Is(err, socket.ErrRetired):
			return err
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return fmt.Errorf("accept connections on %s: %w", l.Addr(), err)
		}
		if s.refusals.due(refusedAccept, netip.Addr{}, s.options.Load().Now()) {
			s.log.Error("cannot accept a connection; trying on", "address", l.Addr().String(), "error", err)
		}
		if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
			if idle := s.conns.evict(evictGrace); idle != nil {
				_ = idle.Close()
				pause = 0 // there is room now
			}
		}
		pause = min(max(2*pause, pauseFirst), pauseLongest)
		again := time.NewTimer(pause)
		select {
		case <-again.C:
		case <-ctx.Done():
			again.Stop()
			return nil
		}
	}
}

// admit asks the peer guard on the socket's own addresses and then hands the
// connection to a goroutine. A refused peer gets no byte.
func (s *Server) admit(work context.Context, sv *serving, nc net.Conn) {
	o := s.options.Load()
	c := &conn{Conn: nc, owner: sv, accepted: time.Now(), remote: guard.Addr(nc.RemoteAddr()), local: guard.Addr(nc.LocalAddr())}
	if !o.Policy.Peer(c.remote, c.local) {
		_ = nc.Close()
		if s.refusals.due(refusedPeer, c.remote, o.Now()) {
			s.log.Warn("refused a client that is not local; add its address to allowed_clients to let it in", "client", c.remote)
		}
		return
	}
	evicted, ok := s.conns.add(c)
	if evicted != nil {
		_ = evicted.Close()
	}
	if evicted != nil || !ok {
		if s.refusals.due(refusedFull, netip.Addr{}, o.Now()) {
			s.log.Warn("too many open connections; closing those without a request", "limit", s.limits.Connections)
		}
	}
	if !ok {
		_ = nc.Close()
		return
	}
	sv.goroutines.Go(func() { s.handle(work, c) })
}
