package imds

import (
	"context"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"
)

// pipes is a listener whose connections live in memory, so that deadlines obey
// the clock of a synctest bubble.
type pipes struct {
	accepted chan net.Conn
	closed   chan struct{}
}

type pipeConn struct{ net.Conn }

func newPipes() *pipes {
	return &pipes{accepted: make(chan net.Conn), closed: make(chan struct{})}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.accepted:
		return pipeConn{c}, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	select {
	case <-p.closed:
	default:
		close(p.closed)
	}
	return nil
}

func (p *pipes) Addr() net.Addr { return loopback() }

func (p *pipes) dial() net.Conn {
	client, server := net.Pipe()
	p.accepted <- server
	return client
}

func (pipeConn) LocalAddr() net.Addr  { return loopback() }
func (pipeConn) RemoteAddr() net.Addr { return loopback() }

func loopback() net.Addr {
	return net.TCPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:1338"))
}

// serve runs the server on pipes until the returned function is called, which
// returns what Serve returned.
func (f *fixture) serve(t *testing.T) (*pipes, func() error) {
	t.Helper()
	p := newPipes()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- f.Serve(ctx, p) }()
	return p, func() error {
		cancel()
		return <-done
	}
}

// ask sends one request over a pipe of its own.
func (f *fixture) ask(t *testing.T, request string) string {
	t.Helper()
	p, stop := f.serve(t)
	c := p.dial()
	answer := talk(t, c, request)
	if err := stop(); err != nil {
		t.Errorf("Serve: %v", err)
	}
	return answer
}

func talk(t *testing.T, c net.Conn, request string) string {
	t.Helper()
	if _, err := io.WriteString(c, request); err != nil {
		t.Errorf("send: %v", err)
	}
	answer, err := io.ReadAll(c)
	if err != nil {
		t.Errorf("read: %v", err)
	}
	return string(answer)
}

// until returns how long it takes until the server closes c.
func until(c net.Conn) time.Duration {
	began := time.Now()
	_, _ = io.Copy(io.Discard, c)
	return time.Since(began)
}

// halves is pipes whose server side can end its own direction, as sockets can.
type halves struct{ *pipes }

type halfConn struct{ net.Conn }

func (h halves) Accept() (net.Conn, error) {
	c, err := h.pipes.Accept()
	return halfConn{c}, err
}

func (halfConn) CloseWrite() error { return nil }
