package stssim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/mockmd/mockmd/sdk/guard"
)

const (
	readTimeout = 10 * time.Second
	idleTimeout = time.Minute
	maxHeader   = 32 << 10 // session tokens are long
	stopGrace   = 500 * time.Millisecond
)

// Listener is a loopback address on which a [Server] answers, guarded as the
// admin listener is: local peers, names of this host, no web pages.
type Listener struct {
	server   *Server
	listener net.Listener
}

// CheckAddress says what is wrong with an address to listen on. It must be
// IP:PORT or localhost:PORT, and the IP a loopback one; port 0 is a free port.
func CheckAddress(address string) error {
	_, err := parseAddress(address)
	return err
}

func parseAddress(address string) (netip.AddrPort, error) {
	host, port, err := net.SplitHostPort(address)
	if err == nil && host == "localhost" {
		address = net.JoinHostPort("127.0.0.1", port)
	}
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("address %q of the simulated STS is not IP:PORT, such as 127.0.0.1:4599", address)
	}
	if !at.Addr().Unmap().IsLoopback() {
		return netip.AddrPort{}, fmt.Errorf("address %q of the simulated STS is not a loopback address: whoever reaches it can take credentials; use 127.0.0.1 or [::1]", address)
	}
	return at, nil
}

// Listen binds address, see [CheckAddress]. Call [Listener.Serve] next, or
// [Listener.Close].
func (s *Server) Listen(ctx context.Context, address string) (*Listener, error) {
	at, err := parseAddress(address)
	if err != nil {
		return nil, err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", at.String())
	if err != nil {
		return nil, fmt.Errorf("listen on %s for the simulated STS: %w", at, err)
	}
	return &Listener{server: s, listener: l}, nil
}

// Addr is the address in use.
func (l *Listener) Addr() string { return l.listener.Addr().String() }

// URL is what clients take as the endpoint.
func (l *Listener) URL() string { return "http://" + l.Addr() }

// Close gives the address back without serving.
func (l *Listener) Close() error { return l.listener.Close() }

// Serve answers until ctx ends, and then returns nil once every request has
// ended; faults that hang end at once.
func (l *Listener) Serve(ctx context.Context) error {
	running := &gate{next: l.server.dated((&guard.Policy{}).Handler(l.server))}
	server := &http.Server{
		Handler:           running,
		ReadHeaderTimeout: readTimeout,
		ReadTimeout:       readTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          log.New(io.Discard, "", 0), // only clients' mistakes arrive here
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l.listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve the simulated STS on %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopGrace)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		_ = server.Close() // the patience is over; the connections go
	}
	running.shut()
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the simulated STS on %s: %w", l.Addr(), err)
	}
	return nil
}

// dated makes the answers of the guards go by the server's clock too.
func (s *Server) dated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setDate(w, s.now())
		next.ServeHTTP(w, r)
	})
}

// gate passes requests on until it is shut, and knows when the last has ended:
// net/http does not wait for handlers whose connection it has closed.
type gate struct {
	next   http.Handler
	mu     sync.RWMutex // held for reading by each request
	closed bool
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	if g.closed {
		panic(http.ErrAbortHandler)
	}
	g.next.ServeHTTP(w, r)
}

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
}
