package imds

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func keepAlive(o *Options) { o.KeepAlive = true }

func TestKeepAlive(t *testing.T) {
	t.Parallel()
	const mac = "/latest/meta-data/mac"
	const ttl = "X-aws-ec2-metadata-token-ttl-seconds: 60"
	f := newFixture(keepAlive)
	address := f.listen(t, "tcp4", nil)
	for _, tt := range []struct {
		name, request string
		status        int
		kept          bool
	}{
		{"HTTP/1.1", get(mac), 200, true},
		{"nothing there", get("/nothing"), 404, true},
		{"no method", compose("DELETE", mac), 405, false},
		{"web page", get(mac, "Origin: null"), 403, false},
		{"another's name", "GET " + mac + " HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403, false},
		{"HEAD", compose("HEAD", mac), 200, true},
		{"token", compose("PUT", "/latest/api/token", ttl), 200, true},
		{"chunked token", compose("PUT", "/latest/api/token", ttl, "Transfer-Encoding: chunked") + "0\r\n\r\n", 200, false},
		{"empty token", compose("PUT", "/latest/api/token", ttl, "Content-Length: 0"), 200, true},
		{"body", get(mac, "Content-Length: 3") + "abc", 200, false},
		{"chunks", get(mac, "Transfer-Encoding: chunked") + "0\r\n\r\n", 200, false},
		{"HTTP/1.0 that asks", "GET " + mac + " HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200, true},
		{"HTTP/1.1 that declines", get(mac, "Connection: close"), 200, false},
		{"HTTP/1.0", "GET " + mac + " HTTP/1.0\r\n\r\n", 200, false},
		{"HTTP/1.0, chunked", "PUT /latest/api/token HTTP/1.0\r\nConnection: keep-alive\r\n" + ttl + "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 200, false},
		{"bad TTL", compose("PUT", "/latest/api/token"), 400, false},
		{"Expect", get(mac, "Expect: 100-continue"), 417, false},
		{"body too large to read", compose("POST", mac, "Content-Length: 70000"), 405, false},
		{"broken chunks", compose("POST", mac, "Transfer-Encoding: chunked") + "zz\r\n", 405, false},
	} {
		got := exchange(t, address, tt.request+get("/", "Connection: close"))
		first, rest, _ := strings.Cut(got, "\r\n\r\n")
		if status(first) != tt.status {
			t.Errorf("%s: want %d, got\n%q", tt.name, tt.status, got)
		}
		if second := strings.Contains(rest, "HTTP/1.1 200 OK\r\n"); second != tt.kept {
			t.Errorf("%s: second request answered: %t, want %t:\n%q", tt.name, second, tt.kept, got)
		}
		connection := "\r\nConnection: close"
		if tt.kept {
			connection = "\r\nConnection: keep-alive"
		}
		if !strings.Contains(first, connection) {
			t.Errorf("%s: want %q, got\n%q", tt.name, connection, first)
		}
	}
}

func TestPipelining(t *testing.T) {
	t.Parallel()
	const n = 100
	f := newFixture(keepAlive)
	c := dial(t, f.listen(t, "tcp4", nil))
	var requests strings.Builder
	for range n {
		requests.WriteString(get("/latest/meta-data/mac"))
		requests.WriteString(get("/none"))
	}
	requests.WriteString(get("/none", "Content-Length: 22") + "GET /x HTTP/1.1\r\nX: \r\n") // a body like a request
	requests.WriteString(get("/none"))
	go func() { _, _ = io.WriteString(c, requests.String()) }()
	br := bufio.NewReader(c)
	for i := range n {
		for _, want := range []int{200, 404} {
			r, err := http.ReadResponse(br, nil)
			if err != nil {
				t.Fatalf("answer %d: %v", i, err)
			}
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				t.Fatal(err)
			}
			_ = r.Body.Close()
			if r.StatusCode != want {
				t.Fatalf("answer %d: %d, want %d", i, r.StatusCode, want)
			}
		}
	}
	last, err := io.ReadAll(br)
	if n := strings.Count(string(last), "HTTP/1.1 "); n != 1 || err != nil {
		t.Errorf("%d answers to the request with a body and what follows, want 1: %v", n, err)
	}
}

func TestIdleTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, stop := newFixture(keepAlive).serve(t)
		c := p.dial()
		br := bufio.NewReader(c)
		for range 3 {
			time.Sleep(4 * time.Second) // virtual
			if _, err := io.WriteString(c, get("/")); err != nil {
				t.Fatal(err)
			}
			r, err := http.ReadResponse(br, nil)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, r.Body)
			_ = r.Body.Close()
		}
		if took := until(c); took != 30*time.Second {
			t.Errorf("an idle connection is closed after %v, want 30s", took)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestSlowSecondRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, stop := newFixture(keepAlive).serve(t)
		c := p.dial()
		if _, err := io.WriteString(c, get("/")); err != nil {
			t.Fatal(err)
		}
		r, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
		time.Sleep(20 * time.Second)
		var writing sync.WaitGroup
		writing.Go(func() {
			for _, err := io.WriteString(c, "GET / HTTP/1.1\r\n"); err == nil; _, err = io.WriteString(c, "X: y\r\n") {
				time.Sleep(time.Second)
			}
		})
		if took := until(c); took != 5*time.Second {
			t.Errorf("a slow second request is closed after %v, want 5s", took)
		}
		writing.Wait()
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}
