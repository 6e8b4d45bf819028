package imds

import (
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/mockmd/mockmd/core/router"
)

// The moments of the first capture.
var (
	testNow      = time.Date(2023, 10, 2, 14, 32, 45, 0, time.UTC)
	testModified = time.Date(2023, 10, 2, 14, 5, 18, 0, time.UTC)
)

const testDate = "Date: Mon, 02 Oct 2023 14:32:45 GMT\r\n"

// testListing has the names of a plain instance of 2026.
const testListing = "ami-id\nami-launch-index\nami-manifest-path\nblock-device-mapping/\nevents/\nhostname\n" +
	"identity-credentials/\ninstance-action\ninstance-id\ninstance-life-cycle\ninstance-type\nlocal-hostname\nlocal-ipv4\n" +
	"mac\nmetrics/\nnetwork/\nplacement/\nprofile\npublic-hostname\npublic-ipv4\npublic-keys/\nreservation-id\nsecurity-groups\n" +
	"services/\nsystem"

// fakeTree is a tree of fixed results by canonical path.
type fakeTree map[string]func() router.Result

func (f fakeTree) Lookup(path string) router.Result {
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	if len(path) > 1 {
		path = strings.TrimSuffix(path, "/")
	}
	if result, ok := f[path]; ok {
		return result()
	}
	return router.Result{}
}

func fixed(contentType, body string) func() router.Result {
	return func() router.Result {
		return router.Result{
			Kind: router.Content,
			Head: RenderHead(contentType, testModified, len(body)),
			Body: []byte(body),
		}
	}
}

func testTree() fakeTree {
	return fakeTree{
		"/":                           fixed("", "1.0\nlatest"),
		"/latest":                     fixed("", "dynamic\nmeta-data\nuser-data"),
		"/latest/meta-data":           fixed("", testListing),
		"/latest/meta-data/mac":       fixed("", "02:29:96:8f:6a:2d"),
		"/latest/meta-data/hostname":  fixed("", "ip-10-0-0-1.ec2.internal"),
		"/latest/user-data":           fixed("application/octet-stream", "#!/bin/sh\n"),
		"/latest/meta-data/macs/0a:1": fixed("", "colon"),
		"/latest/meta-data/large":     fixed("", strings.Repeat("x", sendCopied+1)),
		"/latest/meta-data/empty":     fixed("", ""),
	}
}

// ticks is a monotonic clock that the test moves.
type ticks struct{ atomic.Int64 }

func (c *ticks) now() time.Duration { return time.Duration(c.Load()) }

// fixture is a server with a clock of its own and its log.
type fixture struct {
	*Server
	options Options
	tokens  *Tokens
	clock   *ticks
	log     *logText
}

// logText collects a log.
type logText struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func newFixture(change ...func(*Options)) *fixture {
	f := &fixture{clock: &ticks{}, log: &logText{}}
	f.clock.Store(int64(time.Hour))
	f.tokens = NewTokens([]byte("0123456789abcdef"), "i-0123456789abcdef0", f.clock.now)
	f.options = Options{
		Instance: Instance{View: testTree(), Tokens: f.tokens},

		Log: hclog.New(&hclog.LoggerOptions{Level: hclog.Debug, Output: f.log, DisableTime: true}),
		Now: func() time.Time { return testNow },
	}
	for _, c := range change {
		c(&f.options)
	}
	f.Server = New(f.options)
	return f
}

// listen serves on a loopback address until the test ends, and returns the
// address. Wrap may replace the listener.
func (f *fixture) listen(t *testing.T, network string, wrap func(net.Listener) net.Listener) string {
	t.Helper()
	address := "127.0.0.1:0"
	if network == "tcp6" {
		address = "[::1]:0"
	}
	l, err := net.Listen(network, address)
	if err != nil {
		t.Skipf("no %s loopback here: %v", network, err)
	}
	at := l.Addr().String()
	if wrap != nil {
		l = wrap(l)
	}
	done := make(chan error, 1)
	ctx := t.Context() // ends before the cleanups
	go func() { done <- f.Serve(ctx, l) }()
	t.Cleanup(func() {
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return at
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil { // a hang ends the test, no more
		t.Fatal(err)
	}
	return c
}

// exchange sends raw bytes over a connection of its own, and returns all that
// comes back before the server closes it. The client closes nothing.
func exchange(t *testing.T, address, request string) string {
	t.Helper()
	c := dial(t, address)
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatalf("send %q: %v", request, err)
	}
	answer, err := io.ReadAll(c)
	if err != nil {
		t.Fatalf("read the answer to %q: %v", request, err)
	}
	return string(answer)
}

// status is the code of an answer, 0 when it is none.
func status(answer string) int {
	code, _, _ := strings.Cut(strings.TrimPrefix(answer, "HTTP/1.1 "), " ")
	n, _ := strconv.Atoi(code)
	return n
}

// body is what follows the header.
func body(answer string) string {
	_, b, _ := strings.Cut(answer, "\r\n\r\n")
	return b
}

// get is a GET with further header lines.
func get(path string, lines ...string) string { return compose("GET", path, lines...) }

func compose(method, path string, lines ...string) string {
	return method + " " + path + " HTTP/1.1\r\nHost: 169.254.169.254\r\n" + joinLines(lines) + "\r\n"
}

func joinLines(lines []string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l + "\r\n")
	}
	return b.String()
}
