package imds

import (
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
)

func TestWebGuards(t *testing.T) {
	t.Parallel()
	for _, network := range []string{"tcp4", "tcp6"} {
		t.Run(network, func(t *testing.T) {
			t.Parallel()
			f := newFixture(func(o *Options) { o.Policy.Hosts = []string{"metadata.example"} })
			address := f.listen(t, network, nil)
			const path = "/latest/meta-data/mac"
			for _, tt := range []struct {
				name   string
				lines  []string
				status int
			}{
				{"own address", []string{"Host: " + address}, 200},
				{"real address", []string{"Host: 169.254.169.254"}, 200},
				{"real IPv6 address", []string{"Host: [fd00:ec2::254]:80"}, 200},
				{"localhost", []string{"hOST:LOCALHOST.:1338"}, 200},
				{"instance-data", []string{"Host: instance-data.ec2.internal"}, 200},
				{"allowed_hosts", []string{"Host: Metadata.Example:80"}, 200},
				{"address bar of a browser", []string{"Host: localhost", "Sec-Fetch-Site: none"}, 200},
				{"rebound name", []string{"Host: evil.example"}, 403},
				{"rebound name with port", []string{"Host: evil.example:80"}, 403},
				{"name below an allowed one", []string{"Host: x.metadata.example"}, 403},
				{"user info", []string{"Host: localhost@evil.example"}, 403},
				{"origin", []string{"Host: localhost", "Origin: http://localhost"}, 403},
				{"opaque origin", []string{"Host: localhost", "origin: null"}, 403},
				{"fetch", []string{"Host: localhost", "Sec-Fetch-Site: same-origin"}, 403},
				{"two hosts", []string{"Host: localhost", "Host: evil.example"}, 400},
			} {
				for _, version := range []string{"HTTP/1.1", "HTTP/1.0"} {
					got := exchange(t, address, "GET "+path+" "+version+"\r\n"+joinLines(tt.lines)+"\r\n")
					if status(got) != tt.status {
						t.Errorf("%s, %s: want %d, got\n%q", tt.name, version, tt.status, got)
					}
					if tt.status == 403 && got != "HTTP/1.1 403 Forbidden\r\n"+emptyTail {
						t.Errorf("%s, %s: not the empty 403:\n%q", tt.name, version, got)
					}
				}
				put := exchange(t, address, "PUT /latest/api/token HTTP/1.1\r\n"+joinLines(tt.lines)+"X-aws-ec2-metadata-token-ttl-seconds: 60\r\n\r\n")
				if status(put) != tt.status {
					t.Errorf("%s: PUT: want %d, got\n%q", tt.name, tt.status, put)
				}
			}
			// Each kind of refusal is in the log once, with what mends it.
			for _, once := range []string{"add the name to allowed_hosts to let it in", "refused a request of a web page"} {
				if n := strings.Count(f.log.String(), once); n != 1 {
					t.Errorf("%q is in the log %d times, want 1:\n%s", once, n, f.log)
				}
			}
		})
	}
}

// from is a listener whose clients seem to come from elsewhere.
type from struct {
	net.Listener
	remote netip.AddrPort
}

type fromConn struct {
	*net.TCPConn
	remote netip.AddrPort
}

func (l from) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return fromConn{c.(*net.TCPConn), l.remote}, nil
}

func (c fromConn) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(c.remote) }

func TestPeerGuard(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, network, remote string
		clients               []netip.Prefix
		served                bool
	}{
		{"stranger", "tcp4", "192.0.2.77", nil, false},
		{"stranger, IPv6", "tcp6", "2001:db8::77", nil, false},
		{"stranger, mapped", "tcp6", "::ffff:192.0.2.77", nil, false},
		{"allowed_clients", "tcp4", "192.0.2.77", []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}, true},
		{"allowed_clients, IPv6", "tcp6", "2001:db8::77", []netip.Prefix{netip.MustParsePrefix("2001:db8::/64")}, true},
		{"allowed_clients, mapped", "tcp6", "::ffff:192.0.2.77", []netip.Prefix{netip.MustParsePrefix("192.0.2.77/32")}, true},
		{"beside allowed_clients", "tcp4", "192.0.3.77", []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(func(o *Options) { o.Policy.Clients = tt.clients })
			remote := netip.AddrPortFrom(netip.MustParseAddr(tt.remote), 4711)
			address := f.listen(t, tt.network, func(l net.Listener) net.Listener { return from{l, remote} })
			if tt.served {
				if got := exchange(t, address, get("/latest/meta-data/mac")); status(got) != 200 {
					t.Errorf("want 200, got %q", got)
				}
				return
			}
			for range 3 {
				c := dial(t, address)
				_, _ = io.WriteString(c, get("/latest/meta-data/mac")) // may meet the reset
				if got, _ := io.ReadAll(c); len(got) != 0 {
					t.Errorf("a refused peer got %q", got)
				}
			}
			want := "add its address to allowed_clients to let it in: client=" + remote.Addr().Unmap().String()
			if n := strings.Count(f.log.String(), want); n != 1 {
				t.Errorf("%q is in the log %d times, want 1:\n%s", want, n, f.log)
			}
		})
	}
}

func TestRefusalsPace(t *testing.T) {
	t.Parallel()
	var r refusals
	a, b := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	for _, tt := range []struct {
		name string
		why  refusal
		from netip.Addr
		want bool
	}{
		{"first", refusedPeer, a, true},
		{"again", refusedPeer, a, false},
		{"another address", refusedPeer, b, true},
		{"another reason", refusedHost, a, true},
	} {
		if got := r.due(tt.why, tt.from, testNow); got != tt.want {
			t.Errorf("%s: due = %t, want %t", tt.name, got, tt.want)
		}
	}
}
