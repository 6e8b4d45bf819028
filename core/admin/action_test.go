package admin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mockmd/mockmd/sdk"
)

func TestState(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		backend *fakeBackend
		remote  bool
		request string
		status  string
		body    string
	}{
		{"valid", &fakeBackend{valid: true}, false, request("GET /status", "", ""), "200 OK", "true"},
		{"not valid", &fakeBackend{}, false, request("GET /status", "", ""), "200 OK", "false"},
		{"query", &fakeBackend{valid: true}, false, request("GET /status?x=y", "", ""), "200 OK", "true"},
		{"head", &fakeBackend{valid: true}, false, request("HEAD /status", "", ""), "200 OK", ""},
		{"alive", &fakeBackend{}, false, request("GET /healthz", "", ""), "200 OK", "true"},
		{"ready", &fakeBackend{ready: true, problems: []string{"none"}}, false, request("GET /readyz", "", ""), "200 OK", `{"ready":true}`},
		{
			"not ready",
			&fakeBackend{problems: []string{`plugin "iam" is starting`}},
			false, request("GET /readyz", "", ""), "503 Service Unavailable",
			`{"problems":["plugin \"iam\" is starting"],"ready":false}`,
		},
		{"not ready, to a stranger", &fakeBackend{problems: []string{`plugin "iam" is starting`}}, true, request("GET /readyz", "", ""), "503 Service Unavailable", `{"ready":false}`},
		{"write", &fakeBackend{}, false, request("POST /status", "", "{}"), "405 Method Not Allowed", told("this path takes GET and HEAD")},
		{"delete", &fakeBackend{}, false, request("DELETE /readyz", "", ""), "405 Method Not Allowed", told("this path takes GET and HEAD")},
		{"slash", &fakeBackend{}, false, request("GET /status/", "", ""), "404 Not Found", told("there is no such path: GET /status, GET /healthz, GET /readyz, GET /plugins, POST /reload")},
		{"doubled slash", &fakeBackend{}, false, request("GET //status", "", ""), "404 Not Found", told("there is no such path: GET /status, GET /healthz, GET /readyz, GET /plugins, POST /reload")},
		{"root", &fakeBackend{}, false, request("GET /", "", ""), "404 Not Found", told("there is no such path: GET /status, GET /healthz, GET /readyz, GET /plugins, POST /reload")},
		{"options of everything", &fakeBackend{}, false, request("OPTIONS *", "", ""), "404 Not Found", told("there is no such path: GET /status, GET /healthz, GET /readyz, GET /plugins, POST /reload")},
		{"no bootstrap", &fakeBackend{}, false, request("POST /bootstrap/creds", "", "{}"), "404 Not Found", told(`no plugin offers bootstrap/creds: add a plugin "iam" block`)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := start(t, Options{Backend: tt.backend}, tt.remote)
			status, head, body := parts(t, r.exchange(t, tt.request))
			if status != tt.status || body != tt.body {
				t.Errorf("got %s with %s\nwant %s with %s", status, body, tt.status, tt.body)
			}
			for _, want := range []string{"Content-Type: application/json\r\n", "Cache-Control: no-store\r\n", "X-Content-Type-Options: nosniff"} {
				if !strings.Contains(head+"\r\n", want) {
					t.Errorf("no %s in:\n%s", want, head)
				}
			}
			if strings.Contains(status, "405") && !strings.Contains(head, "Allow: GET, HEAD\r\n") {
				t.Errorf("no Allow in:\n%s", head)
			}
		})
	}
}

func TestActionRequests(t *testing.T) {
	t.Parallel()
	const media = `the body must be plain JSON: send "Content-Type: application/json", or neither that nor a Content-Encoding`
	const secret = `{"SecretAccessKey":"canary"}`
	full := `"` + strings.Repeat("x", sdk.MaxAction-2) + `"`
	post := func(headers, body string) string { return request("POST /bootstrap/creds", headers, body) }
	for _, tt := range []struct {
		name    string
		request string
		status  string
		body    string
		acts    string // what reached the backend; empty for nothing
	}{
		{"write", post("", secret), "202 Accepted", "", "bootstrap/creds " + secret},
		{"write, typed", post("Content-Type: application/json\n", "{}"), "202 Accepted", "", "bootstrap/creds {}"},
		{"write, typed with charset", post("content-type: Application/JSON; charset=utf-8\n", "{}"), "202 Accepted", "", "bootstrap/creds {}"},
		{"write with a query", request("POST /bootstrap/creds?x=y", "", "{}"), "202 Accepted", "", "bootstrap/creds {}"},
		{"write, chunked", post("Transfer-Encoding: chunked\n", "") + "2\r\n{}\r\n0\r\n\r\n", "202 Accepted", "", "bootstrap/creds {}"},
		{"write, empty", post("Content-Length: 0\n", ""), "202 Accepted", "", "bootstrap/creds "},
		{"largest body", post("", full), "202 Accepted", "", "bootstrap/creds " + full},
		{"read", request("GET /credentials", "", ""), "204 No Content", "", "credentials "},
		{"read, head", request("HEAD /credentials", "", ""), "204 No Content", "", "credentials "},
		{"read with a body", request("GET /credentials", "", secret), "204 No Content", "", "credentials "},
		{"write, as curl -d types it", post("Content-Type: application/x-www-form-urlencoded\n", "{}"), "202 Accepted", "", "bootstrap/creds {}"},
		{"multipart form", post("Content-Type: multipart/form-data\n", secret), "415 Unsupported Media Type", told(media), ""},
		{"text", post("Content-Type: text/plain\n", secret), "415 Unsupported Media Type", told(media), ""},
		{"JSON of a kind", post("Content-Type: application/json-patch+json\n", secret), "415 Unsupported Media Type", told(media), ""},
		{"two types", post("Content-Type: application/json\nContent-Type: text/plain\n", secret), "415 Unsupported Media Type", told(media), ""},
		{"empty type", post("Content-Type:\n", secret), "415 Unsupported Media Type", told(media), ""},
		{"compressed", post("Content-Encoding: gzip\n", secret), "415 Unsupported Media Type", told(media), ""},
		{"a byte too many", post("", full+" "), "413 Request Entity Too Large", told("the body may have 65536 bytes"), ""},
		{"a byte too many, chunked", post("Transfer-Encoding: chunked\n", "") + "10001\r\n" + full + " \r\n0\r\n\r\n", "413 Request Entity Too Large", told("the body may have 65536 bytes"), ""},
		{"far too long", post("Content-Length: 99999999999\n", ""), "413 Request Entity Too Large", told("the body may have 65536 bytes"), ""},
		{"far too long, asked first", post("Expect: 100-continue\nContent-Length: 99999999999\n", ""), "413 Request Entity Too Large", told("the body may have 65536 bytes"), ""},
		{"broken chunk", post("Transfer-Encoding: chunked\n", "") + "zz\r\n" + secret, "400 Bad Request", told("the body did not arrive whole"), ""},
		{"get of a write", request("GET /bootstrap/creds", "", ""), "405 Method Not Allowed", told("this path takes POST"), ""},
		{"put of a write", request("PUT /bootstrap/creds", "", secret), "405 Method Not Allowed", told("this path takes POST"), ""},
		{"options of a write", request("OPTIONS /bootstrap/creds", "", ""), "405 Method Not Allowed", told("this path takes POST"), ""},
		{"post of a read", request("POST /credentials", "", secret), "405 Method Not Allowed", told("this path takes GET and HEAD"), ""},
		{
			"unknown", request("POST /bootstrap", "", secret), "404 Not Found",
			told("there is no such path: GET /status, GET /healthz, GET /readyz, GET /plugins, POST /reload, POST /bootstrap/creds, GET /credentials"), "",
		},
		{
			"slash", request("POST /bootstrap/creds/", "", secret), "404 Not Found",
			told("there is no such path: GET /status, GET /healthz, GET /readyz, GET /plugins, POST /reload, POST /bootstrap/creds, GET /credentials"), "",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBackend()
			r := start(t, Options{Backend: b}, false)
			answer := r.exchange(t, tt.request)
			status, head, body := parts(t, answer)
			if status != tt.status || body != tt.body {
				t.Errorf("got %s with %s\nwant %s with %s", status, body, tt.status, tt.body)
			}
			if got := strings.Join(b.done(), ";"); got != tt.acts {
				t.Errorf("the backend was given %.200q, want %.200q", got, tt.acts)
			}
			if strings.HasPrefix(status, "204") && strings.Contains(head, "Content-Length") {
				t.Errorf("204 with a length:\n%s", head)
			}
			if err := r.stop(); err != nil {
				t.Error(err)
			}
			if strings.Contains(answer+r.log.String(), "canary") {
				t.Errorf("the body is repeated:\n%s\n%s", answer, r.log)
			}
		})
	}
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		out    string
		err    error
		status string
		body   string
		log    string
	}{
		{"nothing", "", nil, "202 Accepted", "", "[INFO]  action carried out: action=bootstrap/creds plugin=iam client=127.0.0.1 status=202"},
		{"JSON", `{"account":"123456789012"}`, nil, "200 OK", `{"account":"123456789012"}`, "status=200"},
		{"no JSON", "done", nil, "502 Bad Gateway", told(`plugin "iam" carried out bootstrap/creds but its answer is not JSON or too long`), "[ERROR] plugin answered"},
		{"too long", `"` + strings.Repeat("x", sdk.MaxAction) + `"`, nil, "502 Bad Gateway", told(`plugin "iam" carried out bootstrap/creds but its answer is not JSON or too long`), "bytes=65538"},
		{"invalid", "", &ActionError{Invalid, "key Token is there twice"}, "400 Bad Request", told("key Token is there twice"), `[WARN]  action failed`},
		{"conflict", "", fmt.Errorf("wrapped: %w", &ActionError{Conflict, "busy"}), "409 Conflict", told("busy"), "status=409"},
		{"failed", "", &ActionError{Failed, "STS refused the key"}, "502 Bad Gateway", told("STS refused the key"), `error="STS refused the key"`},
		{"unavailable", "", &ActionError{Unavailable, "plugin iam is starting"}, "503 Service Unavailable", told("plugin iam is starting"), "status=503"},
		{"late", "", context.DeadlineExceeded, "504 Gateway Timeout", told(`plugin "iam" did not answer in time: whether bootstrap/creds was carried out is not known`), "status=504"},
		{"stopping", "", context.Canceled, "503 Service Unavailable", told("the daemon is stopping: whether bootstrap/creds was carried out is not known"), "status=503"},
		{"unknown", "", errors.New("broken pipe"), "500 Internal Server Error", told(`plugin "iam" failed to carry out bootstrap/creds: the log says why`), `error="broken pipe"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBackend()
			b.act = func(context.Context, string, []byte) ([]byte, error) { return []byte(tt.out), tt.err }
			r := start(t, Options{Backend: b}, false)
			status, _, body := parts(t, r.exchange(t, request("POST /bootstrap/creds", "", "{}")))
			if status != tt.status || body != tt.body {
				t.Errorf("got %s with %s\nwant %s with %s", status, body, tt.status, tt.body)
			}
			if err := r.stop(); err != nil {
				t.Error(err)
			}
			if log := r.log.String(); !strings.Contains(log, tt.log) {
				t.Errorf("no %s in the log:\n%s", tt.log, log)
			}
		})
	}
}

// TestWritesOutliveTheirCallers asks the handler directly: over a socket
// nothing tells when the server has noticed that a client is gone.
func TestWritesOutliveTheirCallers(t *testing.T) {
	t.Parallel()
	gone, leave := context.WithCancel(t.Context())
	leave()
	for _, tt := range []struct {
		name            string
		method, path    string
		caller, closing context.Context
		want            error
	}{
		{"write, caller gone", "POST", "/bootstrap/creds", gone, t.Context(), nil},
		{"read, caller gone", "GET", "/credentials", gone, t.Context(), context.Canceled},
		{"write, listener closed", "POST", "/bootstrap/creds", t.Context(), gone, context.Canceled},
	} {
		b := newBackend()
		var got error
		b.act = func(ctx context.Context, _ string, _ []byte) ([]byte, error) {
			if tt.want != nil {
				<-ctx.Done()
			}
			got = ctx.Err()
			return nil, got
		}
		r := httptest.NewRequestWithContext(tt.caller, tt.method, tt.path, http.NoBody)
		r.Host, r.RemoteAddr = "localhost", "127.0.0.1:4711"
		New(Options{Backend: b}).serve(tt.closing, httptest.NewRecorder(), r)
		if !errors.Is(got, tt.want) {
			t.Errorf("%s: the action's context ended with %v, want %v", tt.name, got, tt.want)
		}
	}
}
