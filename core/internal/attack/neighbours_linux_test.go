package attack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mockmd/mockmd/core/internal/program"
)

// Where the neighbour is, and whom of it the configuration lets in.
const (
	hostV4, hostV6         = "10.9.0.1", "fd09::1"
	strangerV4, strangerV6 = "10.9.0.2", "fd09::2"
	allowedV4, allowedV6   = "10.9.0.3", "fd09::3"
	realV4, realV6         = "169.254.169.254", "fd00:ec2::254"
	// An address that is good on one link only: the stranger has it on its own,
	// and the host on another one.
	linkLocal = "fe80::9"
)

// TestNeighbours has another host on the same network attack this one, in
// network namespaces. Its subtests are named as the rows are.
func TestNeighbours(t *testing.T) {
	if os.Getenv(netnsEnv) == "" {
		t.Parallel()
		inNamespace(t)
		return
	}
	n := newNeighbour(t)
	t.Run("Row05Defaults", func(t *testing.T) {
		p := startHere(t, `
instance {
  metadata_options { http_protocol_ipv6 = "enabled" }
}
plugin "instance" {}
`)
		want := []string{realV4 + ":80", "[::]:8998", "[" + realV6 + "]:80"}
		if got := listening(t); !slices.Equal(got, want) {
			t.Errorf("by default it listens on %v, want %v", got, want)
		}
		n.refused(t, strangerV4, realV4+":80")
		n.refused(t, strangerV6, "["+realV6+"]:80")
		n.admin(t, p, strangerV4, hostV4, 403)
		n.admin(t, p, strangerV6, hostV6, 403)
		stop(t, p)
	})
	p := startHere(t, fmt.Sprintf(`
metadata { allowed_clients = [%q, %q] }
metadata "loopback" { address = "127.0.0.1:1338" }
admin { token_file = "admin.token" }
instance {
  id = %q
  metadata_options { http_protocol_ipv6 = "enabled" }
}
plugin "instance" {}
plugin "iam" {
  config {
    role "app" { arn = "arn:aws:iam::123456789012:role/app" }
    sts { simulated = true }
  }
}
`, allowedV4, allowedV6, instanceOne))
	t.Run("Row03Neighbour", func(t *testing.T) {
		n.refused(t, strangerV4, realV4+":80")
		n.served(t, allowedV4, realV4+":80")
	})
	t.Run("Row14IPv6", func(t *testing.T) {
		n.refused(t, strangerV6, "["+realV6+"]:80")
		n.refused(t, linkLocal+"%c0", "["+realV6+"]:80")
		n.served(t, allowedV6, "["+realV6+"]:80")
	})
	t.Run("Row06RouteLocalnet", func(t *testing.T) {
		for _, name := range []string{"all", "h0", "lo"} {
			if text, err := os.ReadFile("/proc/sys/net/ipv4/conf/" + name + "/route_localnet"); err != nil || strings.TrimSpace(string(text)) != "0" {
				t.Errorf("route_localnet of %s is %q, %v", name, text, err)
			}
		}
		// Even where somebody else has opened the host so far (CVE-2020-8558).
		if err := os.WriteFile("/proc/sys/net/ipv4/conf/h0/route_localnet", []byte("1"), 0o600); err != nil {
			t.Skipf("NOT RUN: this machine forbids to route loopback: %v", err)
		}
		if out, err := n.run("sh", "-c", "echo 1 >/proc/sys/net/ipv4/conf/c0/route_localnet && ip route add 127.0.0.1/32 via "+hostV4+" dev c0"); err != nil {
			t.Skipf("NOT RUN: this machine forbids to route loopback: %v %s", err, out)
		}
		n.refused(t, strangerV4, "127.0.0.1:1338")
		n.served(t, allowedV4, "127.0.0.1:1338")
	})
	t.Run("Row15RemoteFixation", func(t *testing.T) {
		for from, host := range map[string]string{strangerV4: hostV4, strangerV6: hostV6, linkLocal + "%c0": hostV6, allowedV4: hostV4, allowedV6: hostV6} {
			n.admin(t, p, from, host, 401)
		}
		if out := p.out.String(); strings.Contains(out, "AKIAPLANTED") {
			t.Error("planted credentials were taken")
		}
	})
	t.Run("Row04Proxy", func(t *testing.T) {
		// A claim to be local is no passport.
		for _, line := range []string{"X-Forwarded-For: 127.0.0.1", "X-Real-IP: 127.0.0.1", "Forwarded: for=127.0.0.1", "Host: localhost"} {
			if got := n.ask(t, strangerV4, hostV4+":8998", request("GET", "/plugins", line)); !strings.HasPrefix(got, "HTTP/1.1 401 ") {
				t.Errorf("%s: %q", line, got)
			}
		}
	})
	if text := "add its address to allowed_clients to let it in: client=" + strangerV4; !strings.Contains(p.out.String(), text) {
		t.Errorf("no %q in the log", text)
	}
	stop(t, p)
}

// refused connects from the neighbour and wants not a byte.
func (n neighbour) refused(t *testing.T, from, to string) {
	t.Helper()
	for _, raw := range []string{request("GET", idPath), request("PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 60"), request("GET", idPath, "X-Forwarded-For: 127.0.0.1")} {
		if got := n.ask(t, from, to, raw); got != "" {
			t.Errorf("%s is served by %s: %q", from, to, got)
		}
	}
}

func (n neighbour) served(t *testing.T, from, to string) {
	t.Helper()
	if got := n.ask(t, from, to, request("GET", idPath)); !strings.HasSuffix(got, "\r\n\r\n"+instanceOne) {
		t.Errorf("%s is allowed, but %s answers %q", from, to, got)
	}
}

// admin asks the admin listener: the state is everybody's, all else is
// refused with the status.
func (n neighbour) admin(t *testing.T, p *prog, from, host string, refused int) {
	t.Helper()
	to := host + ":8998"
	if strings.Contains(host, ":") {
		to = "[" + host + "]:8998"
	}
	for _, path := range []string{"/status", "/healthz", "/readyz"} {
		if got := n.ask(t, from, to, request("GET", path)); !strings.HasPrefix(got, "HTTP/1.1 200 ") || strings.Contains(got, "problems") {
			t.Errorf("GET %s of %s: %q", path, from, got)
		}
	}
	want := fmt.Sprintf("HTTP/1.1 %d ", refused)
	for _, raw := range []string{
		body(planted), request("POST", "/reload", "Content-Length: 0"), request("POST", "/refresh", "Content-Length: 0"), request("GET", "/plugins"),
		request("GET", "/credentials"), request("POST", "/status", "Content-Length: 0"), request("GET", "/"), request("GET", "/none"), request("OPTIONS", "*"),
		request("GET", "/plugins", "Authorization: Bearer wrong"),
	} {
		if got := n.ask(t, from, to, raw); !strings.HasPrefix(got, want) {
			t.Errorf("%.40q of %s: %q, want %s", raw, from, got, want)
		}
	}
	if refused == 401 {
		if got := n.ask(t, from, to, request("GET", "/plugins", "Authorization: Bearer "+adminToken)); !strings.HasPrefix(got, "HTTP/1.1 200 ") {
			t.Errorf("with the token, of %s: %q", from, got)
		}
	}
	if out := p.out.String(); strings.Contains(out, adminToken) || strings.Contains(out, "plantedSecret") {
		t.Error("a secret is in the output")
	}
}

// ask sends raw bytes from an address of the neighbour and returns what comes.
func (n neighbour) ask(t *testing.T, from, to, raw string) string {
	t.Helper()
	c, err := n.dial(from, to)
	if err != nil {
		t.Fatalf("%s cannot even connect to %s, so nothing is proved: %v", from, to, err)
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(patience))
	_, _ = io.WriteString(c, raw)
	got, err := io.ReadAll(c)
	if err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("%s to %s: %v", from, to, err)
	}
	return string(got)
}

// startHere starts a program in this namespace and waits until it is ready.
func startHere(t *testing.T, config string) *prog {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "admin.token"), []byte(adminToken), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	p := &prog{name: t.Name()}
	var err error
	if p.Program, err = program.Start(ctx, program.Options{Path: built, Dir: dir, Config: config, Output: &p.out}); err != nil {
		t.Fatal(err)
	}
	if err := p.Ready(ctx, "127.0.0.1:8998"); err != nil {
		t.Fatalf("%v\n%s", err, p.out.String())
	}
	return p
}

func stop(t *testing.T, p *prog) {
	t.Helper()
	if err := p.Stop(); err != nil {
		t.Errorf("%v\n%s", err, p.out.String())
	}
}
