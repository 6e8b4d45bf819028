package imds

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/mockmd/mockmd/core/router"
)

// auditedTree has a leaf, a live node and a path without an audit.
func auditedTree() fakeTree {
	return fakeTree{
		"/latest/meta-data/iam/app": func() router.Result {
			r := fixed("", "secret")()
			r.Plugin, r.Path, r.Version = "iam", "meta-data/iam/app", "latest"
			r.Audit = &router.Audit{Fields: []any{"access_key_id", "ASIA", "role", "app"}}
			return r
		},
		"/2021-07-15/meta-data/clock/now": func() router.Result {
			r := live()
			r.Version = "2021-07-15"
			return r
		},
		"/latest/meta-data/mac": fixed("", "mac"),
	}
}

func auditedFixture(change ...func(*Options)) *fixture {
	return newFixture(append([]func(*Options){func(o *Options) {
		o.View = auditedTree()
		o.Resolve = func(context.Context, router.Result, netip.Addr) (Value, error) {
			return Value{Body: []byte("secret"), Audit: &router.Audit{}}, nil
		}
	}}, change...)...)
}

func TestAuditedReads(t *testing.T) {
	t.Parallel()
	const (
		at   = "/latest/meta-data/iam/app"
		line = "[INFO]  metadata read: client=127.0.0.1 path=/latest/meta-data/iam/app imds=v1 plugin=iam access_key_id=ASIA role=app\n"
	)
	for _, tt := range []struct {
		name, request string
		status        string
		want          string // what the log says at info level
	}{
		{"GET", get(at), "200", line},
		{"GET in other words", get("//latest/meta-data//iam/app/?x=y"), "200", line},
		{"live node", get("/2021-07-15/meta-data/clock/now"), "200", "[INFO]  metadata read: client=127.0.0.1 path=/2021-07-15/meta-data/clock/now imds=v1 plugin=clock\n"},
		{"HEAD", compose(http.MethodHead, at), "200", ""},
		{"OPTIONS", compose(http.MethodOptions, at), "200", ""},
		{"POST", compose(http.MethodPost, at), "405", ""},
		{"Expect", get(at, "Expect: 100-continue"), "417", ""},
		{"unknown token", get(at, "X-aws-ec2-metadata-token: x"), "401", ""},
		{"web page", get(at, "Origin: http://127.0.0.1"), "403", ""},
		{"not audited", get("/latest/meta-data/mac"), "200", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := auditedFixture()
			if got := exchange(t, f.listen(t, "tcp4", nil), tt.request); !strings.HasPrefix(got, "HTTP/1.1 "+tt.status+" ") {
				t.Errorf("got %q, want %s", got, tt.status)
			}
			if got := infos(f); got != tt.want {
				t.Errorf("log\n%s\nwant\n%s", got, tt.want)
			}
			if strings.Contains(f.log.String(), "secret") {
				t.Error("the log has the body")
			}
		})
	}
}

// infos returns the lines of the log at info level. The server has said what
// it has to say when it closes the connection.
func infos(f *fixture) string {
	var b strings.Builder
	for line := range strings.Lines(f.log.String()) {
		if strings.HasPrefix(line, "[INFO]") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// TestAuditTellsTheToken: a session token makes it version 2.
func TestAuditTellsTheToken(t *testing.T) {
	t.Parallel()
	f := auditedFixture()
	exchange(t, f.listen(t, "tcp4", nil), get("/latest/meta-data/iam/app", "X-aws-ec2-metadata-token: "+f.tokens.Mint(time.Minute)))
	if got := infos(f); strings.Count(got, " imds=v2 ") != 1 {
		t.Errorf("log\n%s", got)
	}
}

// TestAuditBelowTheLevel: who wants warnings only gets no reads.
func TestAuditBelowTheLevel(t *testing.T) {
	t.Parallel()
	f := auditedFixture(func(o *Options) { o.Log.SetLevel(hclog.Warn) })
	exchange(t, f.listen(t, "tcp4", nil), get("/latest/meta-data/iam/app"))
	if got := infos(f); got != "" {
		t.Errorf("log\n%s", got)
	}
}

// TestAuditOfWhatWasNotSent: an answer that did not get through is no read.
func TestAuditOfWhatWasNotSent(t *testing.T) {
	t.Parallel()
	f := auditedFixture()
	address := f.listen(t, "tcp4", func(l net.Listener) net.Listener { return mute{l} })
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if _, err := c.Write([]byte(get("/latest/meta-data/iam/app"))); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("read %d bytes, %v", n, err)
	}
	if got := infos(f); got != "" {
		t.Errorf("log\n%s", got)
	}
}

// mute is a listener whose connections cannot be written to.
type mute struct{ net.Listener }

func (m mute) Accept() (net.Conn, error) {
	c, err := m.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return muteConn{c}, nil
}

type muteConn struct{ net.Conn }

func (muteConn) Write([]byte) (int, error) { return 0, net.ErrClosed }
