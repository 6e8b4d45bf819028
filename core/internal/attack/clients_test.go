package attack

import (
	"runtime"
	"strings"
	"testing"
)

// otherLoopbacks skips a test that comes from 127.0.0.2 where there is none.
func otherLoopbacks(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("NOT RUN: this system has one loopback address")
	}
}

// TestRow13UnknownClients: a client that no instance is for gets none, not the
// first one, and what it claims about its address makes no difference.
func TestRow13UnknownClients(t *testing.T) {
	t.Parallel()
	otherLoopbacks(t)
	x := target{prog: closing, name: "unknown client", address: closing.v4, from: clientNone}
	for _, raw := range []string{
		request("GET", idPath), request("GET", rolePath), request("GET", "/"), request("GET", "/latest/meta-data/"),
		request("PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 60"),
		request("GET", rolePath, "X-Forwarded-For: 127.0.0.1", "X-Real-IP: 127.0.0.1", "Forwarded: for=127.0.0.1"),
	} {
		if a := x.one(t, raw); a.status != 404 || strings.Contains(a.body, "i-") {
			t.Errorf("%.60q: %+v", raw, a)
		}
	}
	if !strings.Contains(closing.out.String(), "a client has no instance; answered 404") {
		t.Error("the log does not tell")
	}
	two := target{prog: closing, name: "instance two", address: closing.v4, from: clientTwo}
	a := two.one(t, request("GET", idPath, "X-aws-ec2-metadata-token: "+two.token(t, "60"), "X-Forwarded-For: 127.0.0.1"))
	if a.body != instanceTwo {
		t.Errorf("the client of the second instance: %+v", a)
	}
	if a := two.one(t, request("GET", rolePath, "X-aws-ec2-metadata-token: "+two.token(t, "60"))); a.status != 404 {
		t.Errorf("an instance without a profile has the only role: %+v", a)
	}
}
