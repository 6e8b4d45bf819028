package guard

import (
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

// serve starts a real server with the handler on a loopback address of the
// network, and returns its address.
func serve(t *testing.T, network string, h http.Handler) string {
	t.Helper()
	address := "127.0.0.1:0"
	if network == "tcp6" {
		address = "[::1]:0"
	}
	l, err := net.Listen(network, address)
	if err != nil {
		t.Skipf("no %s loopback here: %v", network, err)
	}
	s := &http.Server{Handler: h}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(l)
	}()
	t.Cleanup(func() {
		_ = s.Close()
		<-done
	})
	return l.Addr().String()
}

// exchange sends raw bytes over a socket of its own and returns all that comes
// back.
func exchange(t *testing.T, address, request string) string {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

func TestHandlerOverSocket(t *testing.T) {
	t.Parallel()
	const closing = "Connection: close\r\n\r\n"
	for _, network := range []string{"tcp4", "tcp6"} {
		p := &Policy{Hosts: []string{"metadata.example"}}
		address := serve(t, network, p.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "in")
		})))
		for _, tt := range []struct{ name, request, status, body string }{
			{"address", "GET / HTTP/1.1\r\nHost: " + address + "\r\n" + closing, "200 OK", "in"},
			{"localhost", "GET / HTTP/1.1\r\nhost: LOCALHOST\r\n" + closing, "200 OK", "in"},
			{"configured name", "GET / HTTP/1.1\r\nHost: metadata.example:80\r\n" + closing, "200 OK", "in"},
			{"HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", "200 OK", "in"},
			{"rebound name", "GET / HTTP/1.1\r\nHost: evil.example\r\n" + closing, "403 Forbidden", refusedHost + "\n"},
			{"two hosts", "GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n" + closing, "400 Bad Request", ""},
			{
				"absolute target hides the header", "GET http://localhost/ HTTP/1.1\r\nHost: evil.example\r\n" + closing,
				"403 Forbidden", refusedTarget + "\n",
			},
			{"proxy request", "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\n\r\n", "403 Forbidden", refusedTarget + "\n"},
			{"origin", "POST / HTTP/1.1\r\nHost: localhost\r\norigin: null\r\nContent-Length: 2\r\n\r\n{}", "403 Forbidden", refusedBrowser + "\n"},
			{"fetch", "GET / HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n" + closing, "403 Forbidden", refusedBrowser + "\n"},
		} {
			answer := exchange(t, address, tt.request)
			if !strings.HasPrefix(answer, "HTTP/1.1 "+tt.status+"\r\n") && !strings.HasPrefix(answer, "HTTP/1.0 "+tt.status+"\r\n") {
				t.Errorf("%s, %s: want %s, got\n%s", network, tt.name, tt.status, answer)
			}
			if tt.body != "" && !strings.HasSuffix(answer, "\r\n\r\n"+tt.body) {
				t.Errorf("%s, %s: want body %q, got\n%s", network, tt.name, tt.body, answer)
			}
			if strings.Contains(answer, "evil") || strings.Contains(answer, "Access-Control") {
				t.Errorf("%s, %s: the answer repeats the request or speaks CORS:\n%s", network, tt.name, answer)
			}
		}
	}
}

// strangers is a listener whose connections claim to come from elsewhere.
type strangers struct{ net.Listener }

type stranger struct{ net.Conn }

func (l strangers) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return stranger{c}, err
}

func (stranger) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.MustParseAddrPort("192.0.2.77:4711"))
}

func TestHandlerRefusesStrangers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		policy *Policy
		guard  func(*Policy, http.Handler) http.Handler
		want   string
	}{
		{"refused", &Policy{}, (*Policy).Handler, "403 Forbidden"},
		{"allowed_clients", &Policy{Clients: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}, (*Policy).Handler, "200 OK"},
		{"web guards only", &Policy{}, (*Policy).Web, "200 OK"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			s := &http.Server{Handler: tt.guard(tt.policy, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))}
			done := make(chan struct{})
			go func() {
				defer close(done)
				_ = s.Serve(strangers{l})
			}()
			t.Cleanup(func() {
				_ = s.Close()
				<-done
			})
			answer := exchange(t, l.Addr().String(), "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
			if !strings.HasPrefix(answer, "HTTP/1.1 "+tt.want+"\r\n") {
				t.Errorf("want %s, got\n%s", tt.want, answer)
			}
			if tt.want != "200 OK" && !strings.HasSuffix(answer, "\r\n\r\n"+refusedPeer+"\n") {
				t.Errorf("the refusal does not name allowed_clients:\n%s", answer)
			}
		})
	}
}
