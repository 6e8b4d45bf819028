package imds

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mockmd/mockmd/sdk/guard"
)

// memory is a connection whose client has sent everything and ended.
type memory struct {
	net.Conn // nil: nothing else is called
	sent     strings.Reader
	answered bytes.Buffer
}

func (m *memory) Read(b []byte) (int, error)       { return m.sent.Read(b) }
func (m *memory) Write(b []byte) (int, error)      { return m.answered.Write(b) }
func (m *memory) Close() error                     { return nil }
func (m *memory) CloseWrite() error                { return nil }
func (m *memory) SetReadDeadline(time.Time) error  { return nil }
func (m *memory) SetWriteDeadline(time.Time) error { return nil }

// FuzzExchange sends whatever a client may send over one connection to the real
// server and router. The answers must be those to the requests that a model
// sees in it, one for one and in order: each of them begins where the one
// before ends, as the grammar and net/http say, and a file's content comes only
// for the path that the model makes of the target.
func FuzzExchange(f *testing.F) {
	for _, tt := range badHeads {
		f.Add(tt.head, true)
		f.Add(get("/latest/meta-data/mac")+tt.head+get("/latest/dynamic/x"), true)
	}
	for _, target := range pathSeeds {
		f.Add(get(target), false)
	}
	smuggled := get("/latest/meta-data/mac")
	for _, seed := range []string{
		smuggled, smuggled + smuggled, "\r\n\r\n" + smuggled, smuggled + "\r\n" + smuggled + "GET /lat",
		compose("GET", "/latest", "Content-Length: 5") + "hello" + smuggled, compose("GET", "/latest", "Content-Length: 70") + smuggled + smuggled,
		compose("GET", "/latest", "Transfer-Encoding: chunked") + "5\r\nhello\r\n0\r\n\r\n" + smuggled, compose("GET", "/latest", "Transfer-Encoding: chunked") + "5;x=y\nhello\n0\n\n" + smuggled,
		compose("GET", "/latest", "Transfer-Encoding: chunked") + "0\r\nX: y\r\n\r\n" + smuggled, compose("GET", "/latest", "Transfer-Encoding: chunked") + "-1\r\n\r\n" + smuggled,
		"GET /latest HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled, "GET /latest HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + smuggled,
		compose("GET", "/latest", "Connection: close") + smuggled, compose("GET", "/latest", "Expect: 100-continue", "Content-Length: 3") + "abc" + smuggled,
		compose("HEAD", "/latest/meta-data/mac") + smuggled, compose("PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 60") + smuggled,
		compose("PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 60", "X-Forwarded-For: x") + smuggled, compose("PUT", "/latest/user-data", "Content-Length: 2") + "{}" + smuggled,
		compose("OPTIONS", "*") + smuggled, compose("DELETE", "/latest") + smuggled, compose("GET", "/latest", "Origin: null") + smuggled, compose("GET", "/latest", "sec-fetch-site: cross-site"),
		"GET /latest HTTP/1.1\r\nHost: evil.example\r\n\r\n" + smuggled, "GET /latest HTTP/1.1\r\nHost: 127.0.0.1:80@evil.example\r\n\r\n", "GET /latest HTTP/1.1\r\n\r\n",
		compose("GET", "/latest", "X-aws-ec2-metadata-token: AQAEA"), compose("GET", "/latest", "X-aws-ec2-metadata-token:"), compose("GET", "/latest", "X-aws-ec2-metadata-token: a", "X-aws-ec2-metadata-token: b"),
	} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	view, local := pathView(f), netip.MustParseAddr("127.0.0.1")
	servers := map[bool]*fixture{}
	for _, keep := range []bool{true, false} {
		servers[keep] = newFixture(func(o *Options) { o.View, o.KeepAlive, o.Log = view, keep, nil })
	}
	f.Fuzz(func(t *testing.T, text string, keep bool) {
		if len(text) > 4000 {
			t.Skip("longer heads are refused, which TestHeadTooLarge shows")
		}
		m := &memory{sent: *strings.NewReader(text)}
		s := servers[keep].Server
		c := &conn{Conn: m, owner: &serving{}, remote: local, local: local}
		if _, ok := s.conns.add(c); !ok {
			t.Fatal("no room for one connection")
		}
		s.handle(context.Background(), c)
		answers := bufio.NewReader(&m.answered)
		requests := bufio.NewReader(strings.NewReader(text))
		for n := 1; ; n++ {
			r, waits := nextRequest(requests)
			_, err := answers.Peek(1)
			switch {
			case err != nil && (waits || n > 1 && !keep):
				return // nothing more is asked, or the connection was closed
			case err != nil:
				t.Fatalf("%q: request %d is not answered", text, n)
			}
			a, err := http.ReadResponse(answers, r)
			if err != nil {
				t.Fatalf("%q: answer %d is none: %v", text, n, err)
			}
			body, err := io.ReadAll(a.Body)
			if err != nil {
				t.Fatalf("%q: answer %d: body %v", text, n, err)
			}
			checkAnswer(t, text, n, r, a, string(body))
			if !a.Close {
				if !keep {
					t.Fatalf("%q: the connection is kept after answer %d", text, n)
				}
				if _, err := io.Copy(io.Discard, r.Body); err == nil {
					continue
				} // else nobody knows where another request would begin
			}
			if more, _ := io.ReadAll(answers); len(more) > 0 {
				t.Fatalf("%q: after the last answer, %d, comes %q", text, n, more)
			}
			return
		}
	})
}

// nextRequest is the next request by the grammar and net/http, nil when it is
// malformed. It waits when there is none yet.
func nextRequest(br *bufio.Reader) (r *http.Request, waits bool) {
	_, _ = br.Peek(1) // takes in all there is
	rest, _ := br.Peek(br.Buffered())
	begin := len(rest) - len(bytes.TrimLeft(rest, "\r\n"))
	_, _ = br.Discard(begin)
	head := string(rest[begin:])
	end := grammarEnd(head)
	if end == 0 {
		return nil, true // or malformed; no more can be told of a text that may go on
	}
	if framedTwice(head[:end]) {
		return nil, false
	}
	r, err := http.ReadRequest(br)
	if err != nil {
		return nil, false
	}
	return r, false
}

// checkAnswer says whether an answer is the one to the request; nil is a
// malformed one.
func checkAnswer(t *testing.T, text string, n int, r *http.Request, a *http.Response, body string) {
	t.Helper()
	if r == nil {
		if a.StatusCode != http.StatusBadRequest || !a.Close {
			t.Fatalf("%q: malformed request %d is answered %d", text, n, a.StatusCode)
		}
		return
	}
	raw, _, _ := strings.Cut(r.RequestURI, "?")
	path, err := url.PathUnescape(raw)
	want, there := "", false
	if err == nil && strings.HasPrefix(path, "/") && path != tokenPath {
		want, there = modelRead(path)
	}
	_, token := r.Header[http.CanonicalHeaderKey(headerToken)]
	_, expects := r.Header["Expect"]
	policy := guard.Policy{}
	allowed := policy.Host(r.Host) && r.Header["Origin"] == nil && (r.Header["Sec-Fetch-Site"] == nil || !guard.Browser(r.Header))
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	if r.Method == http.MethodHead {
		want = ""
	}
	served := reads && there && allowed && !token && !expects
	switch {
	case reads && (a.StatusCode == http.StatusOK) != served, served && body != want:
		t.Fatalf("%q: request %d for %q is answered %d %q, want served %t %q", text, n, path, a.StatusCode, body, served, want)
	case !allowed && a.StatusCode != http.StatusForbidden && a.StatusCode != http.StatusBadRequest:
		t.Fatalf("%q: request %d of a stranger is answered %d", text, n, a.StatusCode)
	case r.Method == http.MethodPut && a.StatusCode == http.StatusOK && (path != tokenPath || r.Header[headerForward] != nil):
		t.Fatalf("%q: request %d for %q is given a token", text, n, path)
	}
}
