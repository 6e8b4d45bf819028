package main

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestInstancesOfOtherHosts has clients on another host read the real address:
// each gets the instance that matches it, if it is let in at all.
func TestInstancesOfOtherHosts(t *testing.T) {
	if os.Getenv(netnsEnv) == "" {
		need(t, "nsenter")
		need(t, "curl")
		inNamespace(t)
		return
	}
	self, client := host{t, strconv.Itoa(os.Getpid())}, newHost(t)
	self.ip("link set lo up")
	client.ip("link set lo up")
	self.ip("link add h0 type veth peer name c0 netns " + client.pid)
	self.ip("addr add 10.9.0.1/16 dev h0")
	self.ip("-6 addr add fd09::1/64 nodad dev h0")
	self.ip("link set h0 up")
	for _, addr := range []string{"10.9.1.1/16", "10.9.1.2/16", "10.9.2.1/16", "10.9.3.1/16"} {
		client.ip("addr add " + addr + " dev c0")
	}
	for _, addr := range []string{"fd09::11/64", "fd09::12/64"} {
		client.ip("-6 addr add " + addr + " nodad dev c0")
	}
	client.ip("link set c0 up")
	client.ip("route add default via 10.9.0.1")
	client.ip("-6 route add default via fd09::1")
	self.ip("addr add 169.254.169.254/32 dev lo")
	self.ip("-6 addr add fd00:ec2::254/128 nodad dev lo")
	d := start(t, `
metadata { allowed_clients = ["10.9.1.0/24", "10.9.2.0/24", "fd09::/64"] }
instance "web" {
  match = ["10.9.1.0/24", "10.9.3.0/24", "fd09::/64"]
  id    = "i-00000000000000001"
  metadata_options { http_protocol_ipv6 = "enabled" }
}
instance "one" {
  for_each = toset(["10.9.1.2", "fd09::12"])
  match    = [each.key]
  tags     = { Name = each.key }
  metadata_options { instance_metadata_tags = "enabled" }
}
plugin "instance" {}
`)
	const v4, v6 = "http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/latest/meta-data/"
	for name, c := range map[string]struct{ from, url, want string }{
		"matched by a network":             {"10.9.1.1", v4 + "instance-id", "200 i-00000000000000001"},
		"matched by its address":           {"10.9.1.2", v4 + "tags/instance/Name", "200 10.9.1.2"},
		"let in, matched by nothing":       {"10.9.2.1", v4 + "instance-id", "404"},
		"matched, not let in":              {"10.9.3.1", v4 + "instance-id", "000"},
		"by IPv6":                          {"fd09::11", v6 + "instance-id", "200 i-00000000000000001"},
		"an instance without IPv6":         {"fd09::12", v6 + "instance-id", "000"},
		"this host itself, like any other": {"", v4 + "instance-id", "404"},
	} {
		on, args := client, []string{"--max-time", "60", "-w", "\n%{http_code}", "--interface", c.from, c.url}
		if c.from == "" {
			on, args = self, []string{"--max-time", "60", "-w", "\n%{http_code}", c.url}
		}
		out, _ := on.curl(args...)
		body, status := out[:max(strings.LastIndex(out, "\n"), 0)], out[strings.LastIndex(out, "\n")+1:]
		got := status
		if status == "200" {
			got += " " + body
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	for text, want := range map[string]int{
		"refused a client that is not local; add its address to allowed_clients to let it in: client=10.9.3.1": 1,
		"a client has no instance; answered 404":        2,
		"nobody of 10.9.3.0/24 is.":                     1, // the warning that the file gets
		"a plugin has not published its first tree yet": 0,
		"the instance of a client cannot be served":     0,
	} {
		if got := count(strings.Split(d.output(), "\n"), text); got != want {
			t.Errorf("%d lines with %q, want %d", got, text, want)
		}
	}
}
