package attack

import (
	"strings"
	"testing"
)

// strange are values of Host that name somebody else, or nobody.
var strange = []string{
	"evil.example", "evil.example:80", "evil.example:1338", "EVIL.example.", "169.254.169.254.evil.example", "127.0.0.1.evil.example",
	"localhost.evil.example", "evil.localhost", "xlocalhost", "localhost..", "instance-data.evil.example", "instance-data.ec2.internal.evil.example",
	"user@localhost", "localhost@evil.example", "127.0.0.1@evil.example", "127.0.0.1:80@evil.example", "user:pass@127.0.0.1",
	"127.1", "127.0.1", "0x7f000001", "0x7f.0.0.1", "2130706433", "017700000001", "0177.0.0.1", "127.0.0.01", "127.0.0.1.", "2852039166",
	"169.254.43518", "0xa9fea9fe", "0251.0376.0251.0376", "[127.0.0.1]", "[::1%lo]", "[fe80::1%25eth0]", "fe80::1%eth0", "[::1", "::1]", "[::1]x", "[]", ":80",
	"localhost:", "localhost:x", "localhost:65536", "localhost:-1", "localhost:80:80", "localhost,evil.example", "localhost evil.example",
	"localhost/evil", "localhost?x", "localhost#x", "localhost\\evil", "loc\u0430lhost", "localho\u017ft", "*", ".", "%6cocalhost", "xn--localhost",
}

// own are values that name this host.
var own = []string{
	"169.254.169.254", "169.254.169.254:80", "127.0.0.1:1338", "[::1]", "[::1]:80", "[fd00:ec2::254]", "fd00:ec2::254", "[::ffff:169.254.169.254]",
	"localhost", "LOCALHOST", "localhost.", "localhost:1338", "instance-data", "instance-data.ec2.internal", "",
}

// TestRow01Rebinding: a page whose name was rebound to this host sends its own
// name, and learns nothing by any method.
func TestRow01Rebinding(t *testing.T) {
	t.Parallel()
	each(t, everywhere, func(t *testing.T, x target) {
		for _, host := range strange {
			for _, raw := range []string{x.readable(t, "Host: "+host), x.writable(t, "Host: "+host)} {
				for _, a := range x.send(t, raw) {
					if a.status != 403 && a.status != 400 {
						t.Errorf("Host: %s: %+v", host, a)
					}
				}
			}
		}
		for _, host := range own {
			if a := x.one(t, x.readable(t, "Host: "+host)); a.status != 200 {
				t.Errorf("Host: %s names this host, but: %+v", host, a)
			}
		}
	})
}

// writable is the request that hands out a session token, or an admin's that
// changes something if it is let in.
func (x target) writable(t testing.TB, lines ...string) string {
	t.Helper()
	if x.admin {
		return request("POST", "/refresh", lines...)
	}
	return request("PUT", "/latest/api/token", append(lines, "X-aws-ec2-metadata-token-ttl-seconds: 60")...)
}

// TestRow02HostOnTheWire: the guard sees the name however it is written, as
// net/http keeps Host apart from all other headers.
func TestRow02HostOnTheWire(t *testing.T) {
	t.Parallel()
	each(t, everywhere, func(t *testing.T, x target) {
		plain := x.readable(t, "Host: localhost")
		path := strings.Fields(plain)[1]
		for name, raw := range map[string]string{
			"capital letters":          strings.Replace(plain, "Host: localhost", "HOST: evil.example", 1),
			"small letters":            strings.Replace(plain, "Host: localhost", "host:evil.example", 1),
			"tabs":                     strings.Replace(plain, "Host: localhost", "Host:\t \tevil.example\t", 1),
			"HTTP/1.0":                 strings.Replace(strings.Replace(plain, "Host: localhost", "Host: evil.example", 1), "HTTP/1.1", "HTTP/1.0", 1),
			"last line":                strings.Replace(strings.Replace(plain, "Host: localhost\r\n", "", 1), "\r\n\r\n", "\r\nHost: evil.example\r\n\r\n", 1),
			"absolute target, own":     strings.Replace(strings.Replace(plain, "Host: localhost", "Host: evil.example", 1), path, "http://localhost"+path, 1),
			"absolute target, foreign": strings.Replace(plain, path, "http://evil.example"+path, 1),
			"scheme alone":             strings.Replace(plain, path, "http:"+path, 1),
			"two slashes, a name":      strings.Replace(strings.Replace(plain, "Host: localhost", "Host: evil.example", 1), path, "//localhost"+path, 1),
			"two, the own first":       strings.Replace(plain, "Host: localhost", "Host: localhost\r\nHost: evil.example", 1),
			"two, the own last":        strings.Replace(plain, "Host: localhost", "Host: evil.example\r\nHost: localhost", 1),
			"forwarded for another":    strings.Replace(plain, "Host: localhost", "Host: evil.example\r\nX-Forwarded-Host: localhost\r\nForwarded: host=localhost", 1),
			"space before the colon":   strings.Replace(plain, "Host: localhost", "Host : localhost\r\nHost: evil.example", 1),
			"a line that goes on":      strings.Replace(plain, "Host: localhost", "Host: localhost\r\n .evil.example", 1),
		} {
			for _, a := range x.send(t, raw) {
				if a.status != 403 && a.status != 400 && a.status != 404 {
					t.Errorf("%s: %+v", name, a)
				}
			}
		}
		// What a header claims about the outside makes no difference.
		for _, line := range []string{"X-Forwarded-Host: evil.example", "X-Host: evil.example", "X-Original-Host: evil.example"} {
			if a := x.one(t, x.readable(t, line)); a.status != 200 {
				t.Errorf("%s: %+v", line, a)
			}
		}
	})
}
