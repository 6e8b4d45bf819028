package app

import (
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"
)

func TestAddressErrorSaysWhatToType(t *testing.T) {
	t.Parallel()
	const elsewhere = "metadata { address = \"127.0.0.1:1338\" }\n  export AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:1338/"
	for name, c := range map[string]struct {
		listener, address string
		errno             syscall.Errno
		want              []string
	}{
		"no such address": {"metadata", "169.254.169.254:80", syscall.EADDRNOTAVAIL, []string{
			"metadata listener: cannot listen on 169.254.169.254:80: cannot assign requested address",
			"Put it on the loopback interface", "\n  sudo mockmd network up\n", "mockmd network up -print", elsewhere,
		}},
		"no such IPv6 address": {"metadata", "[fd00:ec2::254]:80", syscall.EADDRNOTAVAIL, []string{
			"\n  sudo mockmd network up\n",
			"metadata { ipv6_address = \"[::1]:1338\" }\n  export AWS_EC2_METADATA_SERVICE_ENDPOINT=http://[::1]:1338/",
		}},
		"no such other address": {"metadata", "10.9.0.1:80", syscall.EADDRNOTAVAIL, []string{
			"metadata listener: cannot listen on 10.9.0.1:80: cannot assign requested address",
			"ip addr add 10.9.0.1/32 dev lo", "ip link set lo up", "iptables -I INPUT -d 10.9.0.1 ! -i lo -j DROP", elsewhere,
		}},
		"no such other IPv6 address": {"metadata", "[fd09::1]:80", syscall.EADDRNOTAVAIL, []string{
			"ip -6 addr add fd09::1/128 dev lo", "ip6tables -I INPUT -d fd09::1 ! -i lo -j DROP",
		}},
		"privilege": {"metadata", "169.254.169.254:80", syscall.EACCES, []string{
			"permission denied", "Port 80 needs a privilege", "setcap cap_net_bind_service=+ep", elsewhere,
		}},
		"in use": {"admin", ":8998", syscall.EADDRINUSE, []string{
			"admin listener: cannot listen on :8998: address already in use", "ss -ltnp 'sport = :8998'", `admin { address = "127.0.0.1:8999" }`,
		}},
		"the proposed one in use": {"metadata", "127.0.0.1:1338", syscall.EADDRINUSE, []string{
			`metadata { address = "127.0.0.1:1348" }`, "http://127.0.0.1:1348/",
		}},
		"the proposed admin one in use": {"admin", "127.0.0.1:8999", syscall.EADDRINUSE, []string{`admin { address = "127.0.0.1:8988" }`}},
		"unknown":                       {"admin", ":8998", syscall.EMFILE, []string{"too many open files"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := &AddressError{Listener: c.listener, Address: c.address, Err: &net.OpError{Op: "listen", Net: "tcp", Err: c.errno}}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in:\n%s", want, err)
				}
			}
			if !errors.Is(err, c.errno) {
				t.Error("the cause is lost")
			}
		})
	}
}

func TestListenReportsTheRealError(t *testing.T) {
	t.Parallel()
	l, err := (&listener{role: roleAdmin, address: "127.0.0.1:0"}).listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	if _, err = (&listener{role: roleAdmin, address: l.Addr().String()}).listen(t.Context()); err == nil || !strings.Contains(err.Error(), "Another program listens there") {
		t.Errorf("a second listener: %v", err)
	}
}

func TestIPv4WildcardIsIPv4Only(t *testing.T) {
	t.Parallel()
	l, err := (&listener{role: roleMetadata, address: "0.0.0.0:0"}).listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	if host, _, _ := net.SplitHostPort(l.Addr().String()); host != "0.0.0.0" {
		t.Errorf("listens on %s", l.Addr())
	}
}

func TestReachable(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{
		"127.0.0.1:80": "127.0.0.1:80",
		"[::]:8998":    "127.0.0.1:8998 (all interfaces)",
		"0.0.0.0:8998": "127.0.0.1:8998 (all interfaces)",
		"[::1]:1":      "[::1]:1",
	} {
		a, err := net.ResolveTCPAddr("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		if address, note := reachable(a); address+note != want {
			t.Errorf("%s: %q %q, want %q", addr, address, note, want)
		}
	}
}
