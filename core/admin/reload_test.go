package admin

import (
	"context"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/mockmd/mockmd/core/config"
	"github.com/mockmd/mockmd/core/internal/socket"
	"github.com/mockmd/mockmd/sdk/guard"
)

// reloading is a backend whose reloads end in one way.
func reloading(told *Reload) *fakeBackend {
	return &fakeBackend{reload: func(context.Context) *Reload { return told }}
}

func TestReload(t *testing.T) {
	t.Parallel()
	good := &Reload{Path: "m.hcl", Reloaded: true, Kept: []string{"iam"}, Replaced: []string{"rack"}}
	bad := &Reload{Path: "m.hcl", Error: "m.hcl:1,2: Wrong", Diagnostics: []config.Diagnostic{{
		Severity: "error", Summary: "Wrong", Range: &config.Range{Filename: "m.hcl", Start: config.Pos{Line: 1, Column: 2, Byte: 1}, End: config.Pos{Line: 1, Column: 3, Byte: 2}},
	}}}
	for _, tt := range []struct {
		name    string
		backend *fakeBackend
		remote  bool
		request string
		status  string
		body    string
	}{
		{"taken in", reloading(good), false, request("POST /reload", "", ""), "200 OK", `{"path":"m.hcl","reloaded":true,"kept":["iam"],"replaced":["rack"]}`},
		{
			"refused", reloading(bad), false, request("POST /reload", "", ""), "422 Unprocessable Entity",
			`{"path":"m.hcl","reloaded":false,"error":"m.hcl:1,2: Wrong","diagnostics":[{"severity":"error","summary":"Wrong",` +
				`"range":{"filename":"m.hcl","start":{"line":1,"column":2,"byte":1},"end":{"line":1,"column":3,"byte":2}}}]}`,
		},
		{"stopping", reloading(nil), false, request("POST /reload", "", ""), "503 Service Unavailable", told("the daemon is stopping")},
		{"get", reloading(good), false, request("GET /reload", "", ""), "405 Method Not Allowed", told("this path takes POST")},
		{"body", reloading(good), false, request("POST /reload", "", "{}"), "400 Bad Request", told("a reload takes no body: the configuration is read from the daemon's own file")},
		{"stranger", reloading(good), true, request("POST /reload", "", ""), "403 Forbidden", told(refusedPeer)},
		{"web page", reloading(good), false, request("POST /reload", "Origin: http://evil.example\n", ""), "403 Forbidden", told(refusedBrowser)},
		{
			"form", reloading(good), false, request("POST /reload", "Content-Type: text/plain\n", "{}"), "415 Unsupported Media Type",
			told(`the body must be plain JSON: send "Content-Type: application/json", or neither that nor a Content-Encoding`),
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := start(t, Options{Backend: tt.backend}, tt.remote)
			if status, _, body := parts(t, r.exchange(t, tt.request)); status != tt.status || body != tt.body {
				t.Errorf("got %s with %s\nwant %s with %s", status, body, tt.status, tt.body)
			}
		})
	}
}

func TestOverview(t *testing.T) {
	t.Parallel()
	b := &fakeBackend{ready: true, reloadError: "m.hcl:1,2: Wrong", overview: &Overview{
		Path: "m.hcl", Loaded: time.Unix(1, 0).UTC(), ReloadError: "m.hcl:1,2: Wrong", ReloadFailed: time.Unix(2, 0).UTC(),
		Plugins: []Plugin{{Name: "rack", State: "ready", PID: 7, Started: time.Unix(1, 0).UTC(), Mounts: []string{"meta-data/rack"}, Actions: []string{"GET /rack"}}},
	}}
	const document = `{"path":"m.hcl","loaded":"1970-01-01T00:00:01Z","reload_error":"m.hcl:1,2: Wrong","reload_failed":"1970-01-01T00:00:02Z",` +
		`"plugins":[{"name":"rack","state":"ready","pid":7,"started":"1970-01-01T00:00:01Z","restarts":0,"cpu_seconds":0,"mounts":["meta-data/rack"],"actions":["GET /rack"]}]}`
	local, remote := start(t, Options{Backend: b}, false), start(t, Options{Backend: b}, true)
	for _, tt := range []struct {
		r                     *running
		request, status, body string
	}{
		{local, request("GET /plugins", "", ""), "200 OK", document},
		{remote, request("GET /plugins", "", ""), "403 Forbidden", told(refusedPeer)},
		{local, request("POST /plugins", "", ""), "405 Method Not Allowed", told("this path takes GET and HEAD")},
		// All is served, but not what the file says.
		{local, request("GET /readyz", "", ""), "200 OK", `{"problems":["the last reload failed: m.hcl:1,2: Wrong"],"ready":true}`},
		{remote, request("GET /readyz", "", ""), "200 OK", `{"ready":true}`},
	} {
		if status, _, body := parts(t, tt.r.exchange(t, tt.request)); status != tt.status || body != tt.body {
			t.Errorf("%s: got %s with %s\nwant %s with %s", tt.request, status, body, tt.status, tt.body)
		}
	}
}

// TestUpdate: another token and other names hold from the next request on.
func TestUpdate(t *testing.T) {
	t.Parallel()
	l, err := socket.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := New(Options{Backend: newBackend(), Token: []byte("the first token of all")})
	served := make(chan error, 1)
	go func() { served <- s.Serve(context.WithoutCancel(t.Context()), strangers{l}) }()
	r := &running{address: l.Addr().String()}
	unauthorised := strconv.Itoa(http.StatusUnauthorized) + " " + http.StatusText(http.StatusUnauthorized)
	ask := func(token string) string {
		t.Helper()
		status, _, _ := parts(t, r.exchange(t, request("GET /credentials", "Authorization: Bearer "+token+"\n", "")))
		return status
	}
	if first, second := ask("the first token of all"), ask("the second one of them"); first != "204 No Content" || second != unauthorised {
		t.Errorf("before: %s, %s", first, second)
	}
	s.Update(Options{Token: []byte("the second one of them"), Policy: guard.Policy{Hosts: []string{"admin.test"}}})
	if first, second := ask("the first token of all"), ask("the second one of them"); first != unauthorised || second != "204 No Content" {
		t.Errorf("after: %s, %s", first, second)
	}
	// A connection that was opened before the listener is retired is answered.
	early := r.dial(t)
	if err := l.Retire(); err != nil {
		t.Fatal(err)
	}
	<-l.Closed()
	if _, err := early.Write([]byte("GET /healthz HTTP/1.1\r\nHost: admin.test\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 12)
	if _, err := early.Read(answer); err != nil || string(answer) != "HTTP/1.1 200" {
		t.Errorf("after the listener is retired: %q %v", answer, err)
	}
	_ = early.Close()
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
}
