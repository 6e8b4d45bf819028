package admin

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/mockmd/mockmd/core/internal/pace"
	"github.com/mockmd/mockmd/core/internal/socket"
	"github.com/mockmd/mockmd/sdk/guard"
)

const (
	headerTimeout = 5 * time.Second
	readTimeout   = 10 * time.Second
	writeTimeout  = 15 * time.Second // a body that comes too slowly is still answered
	drainTimeout  = 5 * time.Second

	maxHeader = 16 << 10
	maxConns  = 256
)

// Options say what a [Server] does and whom it lets in.
type Options struct {
	// Backend is what the listener shows and does. Required.
	Backend Backend
	// Policy says whom to trust besides this host itself.
	Policy guard.Policy
	// Token, when not empty, is the bearer token that makes a remote client
	// trusted, as [ReadTokenFile] returns it.
	Token []byte
	// Certificate, when not nil, has connections encrypted that are opened from
	// now on, but for those of a Unix socket.
	Certificate *tls.Certificate
	// Log receives the listener's lines; nil for none.
	Log hclog.Logger
}

// Server is the admin listener. It may serve several listeners at once.
type Server struct {
	backend Backend
	options atomic.Pointer[Options]
	log     hclog.Logger
	refused pace.Pace[refusedKey]
}

// New returns a server that serves nothing yet.
func New(o Options) *Server {
	s := &Server{backend: o.Backend, log: o.Log}
	s.options.Store(&o)
	if s.log == nil {
		s.log = hclog.NewNullLogger()
	}
	return s
}

// Update lets in whom o says from the next request on. Backend and Log stay
// those that New was given.
func (s *Server) Update(o Options) { s.options.Store(&o) }

// Serve answers on l until ctx ends, and closes l. What is being answered then
// gets some seconds to end; after them its context ends and its connection is
// closed. It returns when no goroutine of it is left: nil when ctx has ended,
// else why l failed. One that was retired ([socket.ErrRetired]) is no failure:
// who has connected to it is answered, and then Serve returns nil. Who has
// connected to one that is shared with the service manager is answered when ctx
// ends, too.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	listening, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	open := newConns(maxConns)
	server := s.httpServer(listening, open)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(encrypting{l, s}) }()

	var err error
	select {
	case err = <-ended:
		if errors.Is(err, socket.ErrRetired) {
			err = nil
			finish(ctx, open)
			s.drain(listening, stop, server)
			break
		}
		err = errors.Join(fmt.Errorf("admin listener on %s: %w", l.Addr(), err), server.Close())
	case <-ctx.Done():
		if socket.PassOn(l) {
			if err = <-ended; errors.Is(err, socket.ErrRetired) {
				err = nil
			}
			finish(context.WithoutCancel(ctx), open)
			s.drain(listening, stop, server)
			break
		}
		open.closeFresh()
		s.drain(listening, stop, server)
		if e := <-ended; !errors.Is(e, http.ErrServerClosed) {
			err = fmt.Errorf("admin listener on %s: %w", l.Addr(), e)
		}
	}
	stop()
	open.all.Wait()
	return err
}

// finish answers who has connected already, once each; those who ask nothing
// are not waited for, nor is anybody when ctx ends. A server that shuts down
// answers no request that comes later.
func finish(ctx context.Context, open *conns) {
	quiet := make(chan struct{})
	go func() { // ends with the last connection at the latest, as Serve does
		defer close(quiet)
		open.all.Wait()
	}()
	patience := time.NewTimer(headerTimeout)
	defer patience.Stop()
	select {
	case <-quiet:
	case <-patience.C:
	case <-ctx.Done():
	}
	open.closeFresh()
}

// drain lets what is being answered end, and cuts it off after some seconds.
func (s *Server) drain(listening context.Context, stop func(), server *http.Server) {
	ctx, cancel := context.WithTimeout(listening, drainTimeout)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		stop()
		_ = server.Close()
	}
}

// httpServer makes the server of one listener. Listening ends when the
// listener closes for good.
func (s *Server) httpServer(listening context.Context, open *conns) *http.Server {
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serve(listening, w, r) }),
		// Else net/http answers OPTIONS * before any guard.
		DisableGeneralOptionsHandler: true,
		ReadHeaderTimeout:            headerTimeout,
		ReadTimeout:                  readTimeout,
		WriteTimeout:                 writeTimeout,
		MaxHeaderBytes:               maxHeader,
		ErrorLog:                     s.errorLog(),
		BaseContext:                  func(net.Listener) context.Context { return listening },
		ConnContext:                  open.add,
		ConnState:                    open.watch,
	}
	// net/http forgives two equal lengths, and takes a chunked body with a
	// length besides. So that nobody can hide a request in another one, a
	// connection is for one.
	server.SetKeepAlivesEnabled(false)
	return server
}
