package admin

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/mockmd/mockmd/sdk/guard"
)

// fakeBackend counts what is done.
type fakeBackend struct {
	valid, ready bool
	problems     []string
	actions      []Action
	act          func(ctx context.Context, action string, body []byte) ([]byte, error)
	reloadError  string
	overview     *Overview
	reload       func(ctx context.Context) *Reload

	mu   sync.Mutex
	acts []string
}

func (b *fakeBackend) Status() bool        { return b.valid }
func (b *fakeBackend) Ready() bool         { return b.ready }
func (b *fakeBackend) Problems() []string  { return b.problems }
func (b *fakeBackend) Actions() []Action   { return b.actions }
func (b *fakeBackend) ReloadError() string { return b.reloadError }
func (b *fakeBackend) Overview() *Overview { return b.overview }

func (b *fakeBackend) Reload(ctx context.Context) *Reload { return b.reload(ctx) }

func (b *fakeBackend) Act(ctx context.Context, action string, body []byte) ([]byte, error) {
	b.mu.Lock()
	b.acts = append(b.acts, action+" "+string(body))
	b.mu.Unlock()
	if b.act == nil {
		return nil, nil
	}
	return b.act(ctx, action, body)
}

func (b *fakeBackend) done() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.acts)
}

// newBackend offers one write and one read.
func newBackend() *fakeBackend {
	return &fakeBackend{actions: []Action{
		{Name: "bootstrap/creds", Plugin: "iam"},
		{Name: "credentials", Plugin: "iam", ReadOnly: true},
	}}
}

// strangers is a listener whose connections claim to come from elsewhere.
type strangers struct{ net.Listener }

type stranger struct{ net.Conn }

func (l strangers) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return stranger{c}, nil
}

func (stranger) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.MustParseAddrPort("192.0.2.77:4711"))
}

// logBuffer is a log that many may write.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// running is a server under test.
type running struct {
	address string
	log     *logBuffer
	stop    func() error // ends Serve and returns what it returned
}

// start serves on a real socket until the test ends. Remote makes every client
// a stranger.
func start(t *testing.T, o Options, remote bool) *running {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &running{address: l.Addr().String(), log: &logBuffer{}}
	if remote {
		l = strangers{l}
	}
	o.Log = hclog.New(&hclog.LoggerOptions{Output: r.log, Level: hclog.Trace})
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- New(o).Serve(ctx, l) }()
	r.stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return r
}

// dial opens a connection that the test closes.
func (r *running) dial(t *testing.T) net.Conn {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", r.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// exchange sends raw bytes over a connection of its own and returns all that
// comes back until the server closes.
func (r *running) exchange(t *testing.T, request string) string {
	t.Helper()
	conn := r.dial(t)
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil && len(answer) == 0 { // a reset may follow what was answered
		t.Fatal(err)
	}
	return string(answer)
}

// request writes a request with a body. A header line ends in a line feed.
func request(line, headers, body string) string {
	var b strings.Builder
	b.WriteString(line + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + strings.ReplaceAll(headers, "\n", "\r\n"))
	if body != "" {
		b.WriteString("Content-Length: ")
		b.WriteString(strconv.Itoa(len(body)))
		b.WriteString("\r\n")
	}
	b.WriteString("\r\n" + body)
	return b.String()
}

// parts cuts an answer into its status ("200 OK"), head and body.
func parts(t *testing.T, answer string) (status, head, body string) {
	t.Helper()
	head, body, ok := strings.Cut(answer, "\r\n\r\n")
	line, head, _ := strings.Cut(head, "\r\n")
	_, status, ok2 := strings.Cut(line, " ")
	if !ok || !ok2 {
		t.Fatalf("no answer: %q", answer)
	}
	return status, head, body
}

func TestServeDrains(t *testing.T) {
	t.Parallel()
	b := newBackend()
	begun, release := make(chan struct{}), make(chan struct{})
	b.act = func(ctx context.Context, _ string, _ []byte) ([]byte, error) {
		close(begun)
		<-release
		return []byte(`{"done":true}`), ctx.Err()
	}
	r := start(t, Options{Backend: b}, false)
	idle := r.dial(t) // asks for nothing, and must not hold up the end
	caller := r.dial(t)
	if _, err := io.WriteString(caller, request("POST /bootstrap/creds", "", "{}")); err != nil {
		t.Fatal(err)
	}
	<-begun
	stopped := make(chan error, 1)
	go func() { stopped <- r.stop() }()
	if _, err := io.ReadAll(idle); err != nil && !errors.Is(err, net.ErrClosed) {
		t.Logf("idle connection: %v", err) // reset or end, both are fine
	}
	close(release)
	if got, err := io.ReadAll(caller); err != nil || !strings.HasSuffix(string(got), `{"done":true}`) {
		t.Errorf("what was under way was not answered: %s, %v", got, err)
	}
	if err := <-stopped; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", r.address); err == nil {
		_ = conn.Close()
		t.Error("the listener is still open")
	}
}

func TestServeSaysWhyItFailed(t *testing.T) {
	t.Parallel()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	err = New(Options{Backend: newBackend()}).Serve(t.Context(), l)
	if err == nil || !strings.HasPrefix(err.Error(), "admin listener on "+l.Addr().String()+": ") || !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

func TestIdleConnectionsKeepNobodyOut(t *testing.T) {
	t.Parallel()
	r := start(t, Options{Backend: newBackend()}, true)
	first := r.dial(t)
	if _, err := io.WriteString(first, "GET /status HTTP/1.1\r\n"); err != nil {
		t.Fatal(err)
	}
	for range maxConns {
		r.dial(t)
	}
	if status, _, body := parts(t, r.exchange(t, request("GET /status", "", ""))); status != "200 OK" || body != "false" {
		t.Errorf("got %s %s", status, body)
	}
	if n, err := first.Read(make([]byte, 1)); err == nil {
		t.Errorf("the oldest connection without a request is still open: read %d bytes", n)
	}
}

func TestPolicyIsKept(t *testing.T) {
	t.Parallel()
	p := guard.Policy{Hosts: []string{"admin.example"}, Clients: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}
	b := newBackend()
	r := start(t, Options{Backend: b, Policy: p}, true)
	got := r.exchange(t, "POST /bootstrap/creds HTTP/1.1\r\nHost: admin.example:8998\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")
	if status, _, body := parts(t, got); status != "202 Accepted" || body != "" {
		t.Errorf("got %s %s", status, body)
	}
}

// TestServerIsBounded looks at the settings: to wait for them takes seconds.
func TestServerIsBounded(t *testing.T) {
	t.Parallel()
	s := New(Options{Backend: newBackend()}).httpServer(t.Context(), newConns(1))
	if s.ReadHeaderTimeout <= 0 || s.ReadTimeout <= 0 || s.WriteTimeout <= 0 || s.MaxHeaderBytes <= 0 {
		t.Errorf("something is not bounded: %+v", s)
	}
}

// TestOneRequestPerConnection: what stands behind a request is never answered,
// whichever reader believes that the first one ends before it.
func TestOneRequestPerConnection(t *testing.T) {
	t.Parallel()
	r := start(t, Options{Backend: newBackend()}, false)
	const second = "GET /plugins HTTP/1.1\r\nHost: localhost\r\n\r\n"
	for name, first := range map[string]string{
		"plain":           "GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"equal lengths":   "GET /status HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
		"length, chunked": "GET /status HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	} {
		if got := r.exchange(t, first+second); strings.Count(got, "HTTP/1.1 ") != 1 || !strings.Contains(got, "\r\nConnection: close\r\n") {
			t.Errorf("%s: want one answer that closes, got\n%s", name, got)
		}
	}
	if err := r.stop(); err != nil {
		t.Error(err)
	}
}
