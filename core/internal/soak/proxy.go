package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"sync"
	"sync/atomic"
	"time"
)

// fault is a way in which the STS answers wrongly. Exactly one of the fields
// is set.
type fault struct {
	name   string
	status int // with body, and without asking the STS
	body   string
	after  string        // Retry-After
	hang   bool          // no answer
	reset  bool          // the connection is reset
	cut    bool          // the answer ends in its middle
	slow   time.Duration // the answer takes so long
	ahead  time.Duration // the answer is that of a clock that is ahead
}

func stsError(code string) string {
	return `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>` + code +
		`</Code><Message>soak</Message></Error><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>`
}

// faults are all that the proxy knows.
var faults = []fault{
	{name: "500", status: http.StatusInternalServerError, body: stsError("InternalFailure")},
	{name: "503", status: http.StatusServiceUnavailable, body: stsError("ServiceUnavailable")},
	{name: "throttling", status: http.StatusBadRequest, body: stsError("Throttling")},
	{name: "429", status: http.StatusTooManyRequests, body: stsError("TooManyRequestsException"), after: "1"},
	{name: "denied", status: http.StatusForbidden, body: stsError("AccessDenied")},
	{name: "unknown key", status: http.StatusForbidden, body: stsError("InvalidClientTokenId")},
	{name: "expired token", status: http.StatusForbidden, body: stsError("ExpiredToken")},
	{name: "bad gateway", status: http.StatusBadGateway, body: "<html><body>bad gateway</body></html>"},
	{name: "no XML", status: http.StatusOK, body: "{}"},
	{name: "hang", hang: true},
	{name: "reset", reset: true},
	{name: "cut body", cut: true},
	{name: "slow", slow: 1500 * time.Millisecond},
	{name: "clock ahead", ahead: 2 * time.Minute},
}

// proxy stands between mockmd and the simulated STS.
type proxy struct {
	sts     string // address
	grants  *grants
	canary  *canary
	wrong   func(format string, args ...any)
	fault   atomic.Pointer[fault]
	stopped chan struct{}
	server  http.Server
	serving sync.WaitGroup
	client  http.Client

	mu    sync.Mutex
	calls map[string]int // by how they were answered
}

// listen begins to answer at an address.
func (p *proxy) listen(ctx context.Context, address string) error {
	var c net.ListenConfig
	l, err := c.Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	p.calls, p.stopped = map[string]int{}, make(chan struct{})
	p.client.Timeout = 30 * time.Second
	p.server = http.Server{Handler: p, ReadHeaderTimeout: time.Minute}
	p.serving.Go(func() {
		if err := p.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			p.wrong("the proxy before the STS ends: %v", err)
		}
	})
	return nil
}

func (p *proxy) stop() {
	close(p.stopped)
	_ = p.server.Close()
	p.serving.Wait()
	p.client.CloseIdleConnections()
}

func (p *proxy) count(how string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls[how]++
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f := p.fault.Load()
	if f == nil {
		f = &fault{name: "passed on"}
	}
	p.count(f.name)
	switch {
	case f.hang:
		_, _ = io.Copy(io.Discard, r.Body) // else nobody notices that the client has gone
		select {
		case <-r.Context().Done():
		case <-p.stopped:
		}
		panic(http.ErrAbortHandler)
	case f.reset:
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0)
			}
			_ = conn.Close()
		}
		return
	case f.status != 0:
		if f.after != "" {
			w.Header().Set("Retry-After", f.after)
		}
		w.WriteHeader(f.status)
		_, _ = io.WriteString(w, f.body)
		return
	}
	p.pass(w, r, f)
}

// pass asks the STS and answers with what it says, as the fault wants it.
func (p *proxy) pass(w http.ResponseWriter, r *http.Request, f *fault) {
	status, header, body, err := p.ask(r)
	if err != nil {
		if r.Context().Err() == nil {
			p.wrong("the simulated STS does not answer: %v", err)
		}
		panic(http.ErrAbortHandler)
	}
	body = shift(header, body, f.ahead)
	var g *grant
	if status == http.StatusOK {
		if g, err = p.grants.issue(body, time.Now()); err != nil {
			p.wrong("%v", err)
		} else if g != nil {
			p.canary.add(g.secret, g.token)
		}
	}
	for _, name := range []string{"Date", "Content-Type", "X-Amzn-Requestid"} {
		if v := header.Get(name); v != "" {
			w.Header().Set(name, v)
		}
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	w.WriteHeader(status)
	half := len(body) / 2
	_, _ = w.Write(body[:half])
	if f.cut || f.slow > 0 {
		_ = http.NewResponseController(w).Flush()
	}
	if f.cut {
		panic(http.ErrAbortHandler)
	}
	if f.slow > 0 {
		select {
		case <-time.After(f.slow):
		case <-p.stopped:
		}
	}
	_, err = w.Write(body[half:])
	if g != nil && err == nil && r.Context().Err() == nil {
		p.grants.pass(g, time.Now())
	}
}

// ask sends the request on as it is: its signature covers the Host header.
func (p *proxy) ask(r *http.Request) (status int, header http.Header, answer []byte, err error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return 0, nil, nil, err
	}
	out, err := http.NewRequestWithContext(r.Context(), http.MethodPost, "http://"+p.sts+"/", bytes.NewReader(body))
	if err != nil {
		return 0, nil, nil, err
	}
	out.Host = r.Host
	out.Header = r.Header.Clone()
	a, err := p.client.Do(out)
	if err != nil {
		return 0, nil, nil, err
	}
	answer, err = io.ReadAll(a.Body)
	return a.StatusCode, a.Header, answer, errors.Join(err, a.Body.Close())
}

var expiration = regexp.MustCompile(`(<Expiration>)([^<]+)(</Expiration>)`)

// shift makes an answer that of a server whose clock is ahead: the Date header
// and the end of sessions.
func shift(header http.Header, body []byte, ahead time.Duration) []byte {
	if ahead == 0 {
		return body
	}
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		header.Set("Date", date.Add(ahead).UTC().Format(http.TimeFormat))
	}
	return expiration.ReplaceAllFunc(body, func(found []byte) []byte {
		m := expiration.FindSubmatch(found)
		at, err := time.Parse(time.RFC3339, string(m[2]))
		if err != nil {
			return found
		}
		return []byte(string(m[1]) + at.Add(ahead).UTC().Format(time.RFC3339) + string(m[3]))
	})
}
