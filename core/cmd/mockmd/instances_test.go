package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// from makes a client with an address of its own. Each of 127.0.0.0/8 is this
// host's, and local to the guards.
func from(t testing.TB, addr string) *http.Client {
	t.Helper()
	if _, err := netip.ParseAddr(addr); err != nil {
		t.Fatal(err)
	}
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(addr)}, Timeout: time.Minute}
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: d.DialContext}}
}

// ask makes one request as a client.
func ask(t testing.TB, c *http.Client, method, url string, header ...string) (status int, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	a, err := c.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	defer func() { _ = a.Body.Close() }()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	return a.StatusCode, string(b)
}

const (
	ttlHeader   = "X-aws-ec2-metadata-token-ttl-seconds"
	tokenHeader = "X-aws-ec2-metadata-token"
)

// severalInstances has one of each kind.
const severalInstances = `
metadata { address = "127.0.0.1:0" }
metadata "low" {
  address  = "127.0.0.1:0"
  instance = "v1"
}
admin { address = "127.0.0.1:0" }

instance "v1" {
  match = ["127.1.0.0/16"]
  id    = "i-00000000000000001"
}
instance "v2" {
  match = ["127.1.2.0/24"]
  id    = "i-00000000000000002"
  metadata_options { http_tokens = "required" }
}
instance "off" {
  match = ["127.1.3.0/24"]
  metadata_options { http_endpoint = "disabled" }
}
instance "each" {
  for_each = { for a in cidrhosts("127.2.0.0/16") : a => split(".", a)[3] }
  match    = [each.key]
  tags     = { Name = each.key }
  ami      = each.value == "9" ? "ami-wrong" : null
  metadata_options { instance_metadata_tags = "enabled" }
}
plugin "instance" {}
`

// TestInstances has clients of several addresses read.
func TestInstances(t *testing.T) {
	t.Parallel()
	d := start(t, severalInstances, raced)
	id := d.metadata + "/latest/meta-data/instance-id"
	low := d.waitNth(regexp.MustCompile(`^  metadata  (http://\S+)`), 2)
	token := func(client string) string {
		_, token := ask(t, from(t, client), http.MethodPut, d.metadata+"/latest/api/token", ttlHeader, "60")
		return token
	}
	t1, t2 := token("127.1.0.1"), token("127.1.2.1")
	for name, c := range map[string]struct {
		client, url, token string
		status             int
		body               string
	}{
		"the wider network":              {"127.1.0.1", id, "", 200, "i-00000000000000001"},
		"the longer network":             {"127.1.2.1", id, t2, 200, "i-00000000000000002"},
		"its own metadata options":       {"127.1.2.1", id, "", 401, ""},
		"an endpoint that is off":        {"127.1.3.1", id, "", 403, ""},
		"a token":                        {"127.1.0.1", id, t1, 200, "i-00000000000000001"},
		"a token of another instance":    {"127.1.0.1", id, t2, 401, ""},
		"and the other way round":        {"127.1.2.1", id, t1, 401, ""},
		"an element of a for_each":       {"127.2.0.7", d.metadata + "/latest/meta-data/tags/instance/Name", "", 200, "127.2.0.7"},
		"another element":                {"127.2.3.4", d.metadata + "/latest/meta-data/tags/instance/Name", "", 200, "127.2.3.4"},
		"a listener with an instance":    {"127.2.0.7", low + "/latest/meta-data/instance-id", "", 200, "i-00000000000000001"},
		"the same, nobody's client":      {"127.0.0.1", low + "/latest/meta-data/instance-id", t1, 200, "i-00000000000000001"},
		"an element with a mistake":      {"127.2.0.9", id, "", 503, ""},
		"another one with the same":      {"127.2.1.9", id, "", 503, ""},
		"a client without an instance":   {"127.0.0.1", id, "", 404, ""},
		"its token":                      {"127.0.0.1", id, t1, 404, ""},
		"another without an instance":    {"127.3.0.1", id, "", 404, ""},
		"a path that the instance lacks": {"127.1.0.1", d.metadata + "/latest/meta-data/absent", "", 404, ""},
	} {
		var header []string
		if c.token != "" {
			header = []string{tokenHeader, c.token}
		}
		status, body := ask(t, from(t, c.client), http.MethodGet, c.url, header...)
		if status != c.status || c.status == 200 && body != c.body {
			t.Errorf("%s: %d %q, want %d %q", name, status, body, c.status, c.body)
		}
	}
	if status, _ := ask(t, from(t, "127.0.0.1"), http.MethodPut, d.metadata+"/latest/api/token", ttlHeader, "60"); status != 404 {
		t.Errorf("a token for a client without an instance: %d", status)
	}
	for text, want := range map[string]int{
		"a client has no instance; answered 404":                                    2, // of two clients
		"instance has a mistake and is not served: ":                                1,
		"is no such id: it is ami- and 17":                                          1,
		"metadata.hcl:26,14-52":                                                     3, // that line, and one for each client
		"the instance of a client cannot be served; answered 503: client=127.2.1.9": 1,
		"a plugin has not published its first tree yet":                             0,
	} {
		if got := count(strings.Split(d.output(), "\n"), text); got != want {
			t.Errorf("%d lines with %q, want %d", got, text, want)
		}
	}
}

// waitNth is waitMatch for the nth line that matches.
func (d *daemon) waitNth(re *regexp.Regexp, n int) string {
	d.t.Helper()
	var got string
	d.wait(re.String(), func(lines []string) bool {
		seen := 0
		for _, l := range lines {
			if m := re.FindStringSubmatch(l); m != nil {
				if seen++; seen == n {
					got = m[len(m)-1]
					return true
				}
			}
		}
		return false
	})
	return got
}

const manyInstances = `
metadata {
  address = "127.0.0.1:0"
  instance_cache { max_count = 100 }
}
admin { address = "127.0.0.1:0" }
instance { id = "i-0123456789abcdef0" }
instance "web" {
  for_each = cidrhosts("127.2.0.0/15")
  match    = [each.key]
  tags     = { Name = each.key }
  metadata_options { instance_metadata_tags = "enabled" }
}
plugin "instance" {}
plugin "placement" {}
`

// TestManyInstances has 2,000 clients read, each its own, of which 100 are
// kept. A plugin dies meanwhile, which those who have been served do not notice.
func TestManyInstances(t *testing.T) {
	t.Parallel()
	d := start(t, manyInstances, raced)
	const clients, first = 2000, 50
	ids := make([]string, clients)
	read := func(i int) string {
		addr := fmt.Sprintf("127.2.%d.%d", i/250, i%250)
		patient := func(path string) (body string) { // 503 is for those who came too early
			for body == "" && t.Context().Err() == nil {
				body = plainGet(t, d.metadata, addr, path, http.StatusServiceUnavailable)
			}
			return body
		}
		if name := patient("/latest/meta-data/tags/instance/Name"); name != addr {
			t.Errorf("client %s is %q", addr, name)
		}
		if zone := patient("/latest/meta-data/placement/availability-zone"); zone != "us-east-1a" {
			t.Errorf("client %s is in %q", addr, zone)
		}
		return patient("/latest/meta-data/instance-id")
	}
	for i := range first {
		read(i)
	}
	if err := syscall.Kill(d.pids("placement")["placement"], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for i := range first {
		addr := fmt.Sprintf("127.2.0.%d", i)
		if zone := plainGet(t, d.metadata, addr, "/latest/meta-data/placement/availability-zone"); zone != "us-east-1a" {
			t.Errorf("client %s is in %q while the plugin is gone", addr, zone)
		}
	}
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := worker; i < clients; i += 4 {
				ids[i] = read(i)
			}
		})
	}
	wg.Wait()
	seen := map[string]int{}
	for i, id := range ids {
		if other, taken := seen[id]; taken {
			t.Errorf("clients %d and %d are both %s", i, other, id)
		}
		seen[id] = i
	}
	for _, i := range []int{0, 1, 1000, clients - 1} { // let go and come back, or kept
		if again := read(i); again != ids[i] {
			t.Errorf("client %d was %s and is %s", i, ids[i], again)
		}
	}
	if id := plainGet(t, d.metadata, "127.0.0.1", "/latest/meta-data/instance-id"); id != "i-0123456789abcdef0" {
		t.Errorf("nobody's client is %s", id)
	}
}

// plainGet reads a path as a client of an address, and returns the body.
// One of the further statuses gives an empty one.
func plainGet(t testing.TB, base, addr, path string, further ...int) string {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(addr)}, Timeout: time.Minute}
	c, err := d.DialContext(t.Context(), "tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Error(err)
		return ""
	}
	defer func() { _ = c.Close() }()
	if _, err := fmt.Fprintf(c, "GET %s HTTP/1.0\r\n\r\n", path); err != nil {
		t.Error(err)
		return ""
	}
	a, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer func() { _ = a.Body.Close() }()
	body, err := io.ReadAll(a.Body)
	if slices.Contains(further, a.StatusCode) {
		return ""
	}
	if err != nil || a.StatusCode != http.StatusOK {
		t.Errorf("client %s reads %s: %d %v", addr, path, a.StatusCode, err)
	}
	return string(body)
}
