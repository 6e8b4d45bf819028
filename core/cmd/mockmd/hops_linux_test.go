package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// TestHopLimit has a client behind a router ask for a token: at a hop limit of
// 1 the answer dies at the router, at 2 it arrives. All else is read from
// there at any limit.
func TestHopLimit(t *testing.T) {
	if os.Getenv(netnsEnv) == "" {
		need(t, "nsenter")
		need(t, "curl")
		inNamespace(t)
		return
	}
	client := routed(t)
	for limit := 1; limit <= 2; limit++ {
		t.Run(strconv.Itoa(limit), func(t *testing.T) {
			start(t, fmt.Sprintf(`
metadata { allowed_clients = ["10.9.0.0/16", "fd09::/32"] }
instance {
  id = "i-0123456789abcdef0"
  metadata_options {
    http_put_response_hop_limit = %d
    http_protocol_ipv6          = "enabled"
  }
}
plugin "instance" {}
`, limit))
			for _, base := range []string{"http://169.254.169.254", "http://[fd00:ec2::254]"} {
				// A read comes through; it also says that all is up.
				if got, err := client.curl("--max-time", "60", base+"/latest/meta-data/instance-id"); err != nil || got != "i-0123456789abcdef0" {
					t.Fatalf("%s: a read: %q %v", base, got, err)
				}
				put := []string{"-X", "PUT", "-H", "X-aws-ec2-metadata-token-ttl-seconds: 60", base + "/latest/api/token"}
				if limit > 1 {
					token, err := client.curl(append(put, "--max-time", "60")...)
					if err != nil || len(token) != 56 {
						t.Errorf("%s: no token at limit %d: %q %v", base, limit, token, err)
					}
					continue
				}
				// The client's own patience ends this: nothing ever comes.
				if token, err := client.curl(append(put, "--max-time", "2")...); err == nil || token != "" {
					t.Errorf("%s: a token crossed the router at limit %d: %q", base, limit, token)
				}
			}
		})
	}
}

// host is a machine of a test: a network namespace that a process keeps.
type host struct {
	t   *testing.T
	pid string
}

// routed makes this namespace a host with the real addresses, beside it a
// router, and behind that a client, which it returns.
func routed(t *testing.T) host {
	t.Helper()
	router, client := newHost(t), newHost(t)
	self := host{t, strconv.Itoa(os.Getpid())}
	self.ip("link add h0 type veth peer name r0 netns " + router.pid)
	router.ip("link add r1 type veth peer name c0 netns " + client.pid)
	for _, up := range []struct {
		on           host
		name, v4, v6 string
		peer4, peer6 string // the way to everything else
	}{
		{self, "h0", "10.9.1.1/24", "fd09:0:1::1/64", "10.9.1.2", "fd09:0:1::2"},
		{router, "r0", "10.9.1.2/24", "fd09:0:1::2/64", "10.9.1.1", "fd09:0:1::1"},
		{router, "r1", "10.9.2.1/24", "fd09:0:2::1/64", "", ""},
		{client, "c0", "10.9.2.2/24", "fd09:0:2::2/64", "10.9.2.1", "fd09:0:2::1"},
	} {
		up.on.ip("link set lo up")
		up.on.ip("addr add " + up.v4 + " dev " + up.name)
		up.on.ip("-6 addr add " + up.v6 + " nodad dev " + up.name)
		up.on.ip("link set " + up.name + " up")
		if up.peer4 != "" {
			up.on.ip("route add default via " + up.peer4)
			up.on.ip("-6 route add default via " + up.peer6)
		}
	}
	self.ip("addr add 169.254.169.254/32 dev lo")
	self.ip("-6 addr add fd00:ec2::254/128 nodad dev lo")
	if out, err := router.run("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward && echo 1 >/proc/sys/net/ipv6/conf/all/forwarding"); err != nil {
		t.Skipf("NOT RUN: this machine forbids to route: %v %s", err, out)
	}
	return client
}

func newHost(t *testing.T) host {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sleep", "infinity")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return host{t, strconv.Itoa(cmd.Process.Pid)}
}

func (h host) run(args ...string) (string, error) {
	out, err := exec.CommandContext(h.t.Context(), "nsenter", append([]string{"-t", h.pid, "-n", "--"}, args...)...).CombinedOutput()
	return string(out), err
}

func (h host) ip(args string) {
	h.t.Helper()
	if out, err := h.run(append([]string{"ip"}, strings.Fields(args)...)...); err != nil {
		h.t.Fatalf("ip %s: %v %s", args, err, out)
	}
}

func (h host) curl(args ...string) (string, error) {
	return h.run(append([]string{"curl", "-s"}, args...)...)
}
