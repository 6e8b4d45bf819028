package attack

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience ends a test that hangs. Nothing waits for it.
const patience = 2 * time.Minute

// target is a listener of a program.
type target struct {
	*prog
	name, address string
	admin         bool
	from          string // the address to come from; empty leaves it to the system
}

// each runs a test on every listener that fits, in parallel.
func each(t *testing.T, fits func(target) bool, test func(*testing.T, target)) {
	t.Helper()
	all := []target{
		{prog: keeping, name: "keeping, IPv4", address: keeping.v4},
		{prog: closing, name: "closing, IPv4", address: closing.v4},
		{prog: keeping, name: "keeping, IPv6", address: keeping.v6},
		{prog: closing, name: "closing, IPv6", address: closing.v6},
		{prog: keeping, name: "admin, IPv4", address: keeping.admin, admin: true},
		{prog: closing, name: "admin, IPv6", address: closing.admin, admin: true},
	}
	for _, x := range all {
		if fits(x) {
			t.Run(x.name, func(t *testing.T) {
				if !ipv6 && strings.HasSuffix(x.name, "IPv6") {
					t.Skip("NOT RUN: this machine has no IPv6 loopback")
				}
				t.Parallel()
				test(t, x)
			})
		}
	}
}

func everywhere(target) bool   { return true }
func onMetadata(x target) bool { return !x.admin }
func onAdmin(x target) bool    { return x.admin }

// dial connects to the listener. The connection ends with the test, and within
// the patience.
func (x target) dial(t testing.TB) *net.TCPConn {
	t.Helper()
	c, err := x.connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func (x target) connect() (*net.TCPConn, error) {
	d := net.Dialer{Timeout: patience}
	if x.from != "" {
		d.LocalAddr = &net.TCPAddr{IP: net.ParseIP(x.from)}
	}
	c, err := d.Dial("tcp", x.address)
	if err != nil {
		return nil, err
	}
	return c.(*net.TCPConn), c.SetDeadline(time.Now().Add(patience))
}

// answer is one HTTP answer.
type answer struct {
	status int
	header http.Header
	body   string
}

// send sends raw bytes on a connection of its own, says that no more will
// come, and returns all answers. They must be well-formed, of the known set and
// without a header that lets a web page read them.
func (x target) send(t testing.TB, raw string) []answer {
	t.Helper()
	c, err := x.connect()
	if err != nil {
		t.Errorf("%s: %v", x.name, err)
		return nil
	}
	defer func() { _ = c.Close() }()
	_, _ = io.WriteString(c, raw) // may meet a close
	_ = c.CloseWrite()
	got, err := io.ReadAll(c)
	if err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("%s: after %.200q: %v, and before that %.200q", x.name, raw, err, got)
	}
	method, _, _ := strings.Cut(raw, " ")
	return x.parse(t, raw, method, got)
}

// sendAll sends many at the same time and has their answers looked at: an
// answer to what is malformed may take the server half a second.
func (x target) sendAll(t testing.TB, raws map[string]string, look func(name string, all []answer)) {
	t.Helper()
	var wg sync.WaitGroup
	slots := make(chan struct{}, 24) // far fewer than the admin listener takes
	for name, raw := range raws {
		slots <- struct{}{}
		wg.Go(func() {
			look(name, x.send(t, raw))
			<-slots
		})
	}
	wg.Wait()
}

// The statuses that there are.
var (
	metadataStatuses = []int{200, 400, 401, 403, 404, 405, 417, 503}
	adminStatuses    = []int{200, 202, 204, 400, 401, 403, 404, 405, 408, 409, 413, 415, 417, 431, 501, 503, 505}
)

// parse takes answers apart. The first is to a request with the method.
func (x target) parse(t testing.TB, raw, method string, got []byte) (all []answer) {
	t.Helper()
	statuses := metadataStatuses
	if x.admin {
		statuses = adminStatuses
	}
	for br := bufio.NewReader(bytes.NewReader(got)); ; method = "" {
		if _, err := br.Peek(1); err != nil {
			return all
		}
		r, err := http.ReadResponse(br, &http.Request{Method: method})
		if err != nil {
			t.Errorf("%s: after %.300q: malformed answer: %v in %.500q", x.name, raw, err, got)
			return all
		}
		body, err := io.ReadAll(r.Body)
		_ = r.Body.Close()
		if err != nil {
			t.Errorf("%s: after %.300q: answer cut short: %v in %.500q", x.name, raw, err, got)
			return all
		}
		if r.StatusCode == http.StatusContinue && x.admin {
			continue // the answer follows
		}
		if !slices.Contains(statuses, r.StatusCode) {
			t.Errorf("%s: after %.300q: status %d", x.name, raw, r.StatusCode)
		}
		if !x.admin && r.Header.Get("Server") != "EC2ws" {
			t.Errorf("%s: after %.300q: not an answer of the metadata service: %.300q", x.name, raw, got)
		}
		for name := range r.Header {
			if strings.HasPrefix(name, "Access-Control-") || strings.HasPrefix(name, "Cross-Origin-") || name == "Set-Cookie" {
				t.Errorf("%s: after %.300q: the answer has %s", x.name, raw, name)
			}
		}
		all = append(all, answer{r.StatusCode, r.Header, string(body)})
	}
}

// one sends a request that must be answered once, and returns the answer.
func (x target) one(t testing.TB, raw string) answer {
	t.Helper()
	all := x.send(t, raw)
	if len(all) != 1 {
		t.Fatalf("%s: %d answers, want 1, to %.300q: %+v", x.name, len(all), raw, all)
	}
	return all[0]
}

// request writes a request; lines are header lines. Host is an address unless
// a line says otherwise.
func request(method, path string, lines ...string) string {
	var b strings.Builder
	b.WriteString(method + " " + path + " HTTP/1.1\r\n")
	if !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(strings.ToLower(l), "host") }) {
		b.WriteString("Host: 169.254.169.254\r\n")
	}
	for _, l := range lines {
		b.WriteString(l + "\r\n")
	}
	return b.String() + "\r\n"
}

// token gets a session token.
func (x target) token(t testing.TB, seconds string) string {
	t.Helper()
	a := x.one(t, request("PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: "+seconds))
	if a.status != http.StatusOK || len(a.body) != 56 {
		t.Fatalf("%s: no token: %+v", x.name, a)
	}
	x.tokens.Store(a.body, true)
	return a.body
}

// honest reads what the listener serves, as an honest client does.
func (x target) honest(t testing.TB) {
	t.Helper()
	if x.admin {
		if a := x.one(t, request("GET", "/status")); a.status != http.StatusOK || a.body != "true" {
			t.Errorf("%s: an honest GET /status: %+v", x.name, a)
		}
		return
	}
	a := x.one(t, request("GET", idPath, "X-aws-ec2-metadata-token: "+x.token(t, "60")))
	if a.status != http.StatusOK || a.body != instanceOne {
		t.Errorf("%s: an honest read: %+v", x.name, a)
	}
}

// readable is a request that the listener answers with 200 and what it guards,
// with further header lines.
func (x target) readable(t testing.TB, lines ...string) string {
	t.Helper()
	if x.admin {
		return request("GET", "/plugins", lines...)
	}
	return request("GET", rolePath, append(lines, "X-aws-ec2-metadata-token: "+x.token(t, "60"))...)
}
