package admin

import (
	"net/http"
	"strings"
	"testing"
)

const testToken = "0123456789abcdef-canary-token"

// unauthorised is spelt the American way on the wire.
var unauthorised = "401 " + http.StatusText(http.StatusUnauthorized) // never changed

// told is what the error JSON of a refusal looks like.
func told(message string) string {
	return `{"error":"` + strings.ReplaceAll(message, `"`, `\"`) + `"}`
}

// TestGuards sends raw bytes over real sockets. What is refused must not reach
// the backend.
func TestGuards(t *testing.T) {
	t.Parallel()
	const bearer = "Authorization: Bearer " + testToken + "\n"
	const anyHost = " HTTP/1.1\r\nConnection: close\r\n"
	post := func(headers string) string { return request("POST /bootstrap/creds", headers, "{}") }
	get := func(headers string) string { return request("GET /status", headers, "") }
	for _, tt := range []struct {
		name    string
		remote  bool
		token   bool
		request string
		status  string
		body    string
		acts    int
	}{
		{"local read", false, false, get(""), "200 OK", "false", 0},
		{"local write", false, false, post(""), "202 Accepted", "", 1},
		{"local write without token though there is one", false, true, post(""), "202 Accepted", "", 1},
		{"remote status", true, false, get(""), "200 OK", "false", 0},
		{"remote healthz", true, false, request("GET /healthz", "", ""), "200 OK", "true", 0},
		{"remote readyz", true, false, request("HEAD /readyz", "", ""), "503 Service Unavailable", "", 0},
		{"remote write", true, false, post(""), "403 Forbidden", told(refusedPeer), 0},
		{"remote read of an action", true, false, request("GET /credentials", "", ""), "403 Forbidden", told(refusedPeer), 0},
		{"remote read of nothing", true, false, request("GET /none", "", ""), "403 Forbidden", told(refusedPeer), 0},
		{"remote write to status", true, false, request("POST /status", "", "{}"), "403 Forbidden", told(refusedPeer), 0},
		{"remote bearer nobody configured", true, false, post(bearer), "403 Forbidden", told(refusedPeer), 0},
		{"remote empty bearer nobody configured", true, false, post("Authorization: Bearer \n"), "403 Forbidden", told(refusedPeer), 0},
		{"remote without token", true, true, post(""), unauthorised, told(refusedToken), 0},
		{"remote token", true, true, post(bearer), "202 Accepted", "", 1},
		{"remote token, other case of the scheme", true, true, post("authorization: bearer " + testToken + "\n"), "202 Accepted", "", 1},
		{"remote token, read", true, true, request("GET /credentials", bearer, ""), "204 No Content", "", 1},
		{"remote wrong token", true, true, post("Authorization: Bearer " + testToken + "x\n"), unauthorised, told(refusedToken), 0},
		{"remote token of another scheme", true, true, post("Authorization: Basic " + testToken + "\n"), unauthorised, told(refusedToken), 0},
		{"remote token without scheme", true, true, post("Authorization: " + testToken + "\n"), unauthorised, told(refusedToken), 0},
		{"remote token twice", true, true, post(bearer + bearer), unauthorised, told(refusedToken), 0},
		{"remote token in the query", true, true, request("POST /bootstrap/creds?token="+testToken, "", "{}"), unauthorised, told(refusedToken), 0},
		{"through a proxy", false, false, post("X-Forwarded-For: 127.0.0.1\n"), "403 Forbidden", told(refusedPeer), 0},
		{"through another proxy", false, true, post("via: 1.1 squid\n"), unauthorised, told(refusedToken), 0},
		{"through a proxy with the token", false, true, post("Forwarded: for=192.0.2.1\n" + bearer), "202 Accepted", "", 1},
		{"through a proxy, read", false, false, get("X-Real-IP: 192.0.2.1\n"), "200 OK", "false", 0},

		{"rebound name", false, false, "POST /bootstrap/creds" + anyHost + "Host: evil.example\r\nContent-Length: 2\r\n\r\n{}", "403 Forbidden", told(refusedHost), 0},
		{"rebound name, read", false, false, "GET /status" + anyHost + "Host: evil.example\r\n\r\n", "403 Forbidden", told(refusedHost), 0},
		{"rebound name with the token", true, true, "GET /status" + anyHost + "Host: evil.example\r\nAuthorization: Bearer " + testToken + "\r\n\r\n", "403 Forbidden", told(refusedHost), 0},
		{"address as host", false, false, "GET /status" + anyHost + "Host: [::1]:8998\r\n\r\n", "200 OK", "false", 0},
		{"no host", false, false, "GET /status HTTP/1.0\r\n\r\n", "200 OK", "false", 0},
		{"absolute target", false, false, "GET http://localhost/status" + anyHost + "Host: evil.example\r\n\r\n", "403 Forbidden", told(refusedTarget), 0},
		{"proxy request", false, false, "CONNECT localhost:8998" + anyHost + "Host: localhost:8998\r\n\r\n", "403 Forbidden", told(refusedTarget), 0},

		{"origin", false, false, post("Origin: http://localhost\n"), "403 Forbidden", told(refusedBrowser), 0},
		{"null origin", false, false, get("origin: null\n"), "403 Forbidden", told(refusedBrowser), 0},
		{"origin with the token", true, true, post("Origin: http://localhost\n" + bearer), "403 Forbidden", told(refusedBrowser), 0},
		{"fetch", false, false, get("Sec-Fetch-Site: same-origin\n"), "403 Forbidden", told(refusedBrowser), 0},
		{"typed address", false, false, get("Sec-Fetch-Site: none\n"), "200 OK", "false", 0},
		{"preflight", false, false, request("OPTIONS /bootstrap/creds", "Origin: http://evil.example\nAccess-Control-Request-Method: POST\n", ""), "403 Forbidden", told(refusedBrowser), 0},
		{"referer on a write", false, false, post("Referer: http://localhost/\n"), "403 Forbidden", told(refusedReferer), 0},
		{"referer on a read", false, false, get("Referer: http://localhost/\n"), "200 OK", "false", 0},

		{"options of everything", true, false, "OPTIONS *" + anyHost + "Host: localhost\r\n\r\n", "403 Forbidden", told(refusedPeer), 0},
		{"options of everything, rebound", false, false, "OPTIONS *" + anyHost + "Host: evil.example\r\n\r\n", "403 Forbidden", told(refusedHost), 0},
		{"expectation of a stranger", true, false, post("Expect: 100-continue\n"), "403 Forbidden", told(refusedPeer), 0},
		{"unknown expectation", false, false, post("Expect: miracles\n"), "417 Expectation Failed", "", 0},
		{"two hosts", false, false, "GET /status" + anyHost + "Host: localhost\r\nHost: evil.example\r\n\r\n", "400 Bad Request", "400 Bad Request", 0},
		{"two lengths", false, false, post("Content-Length: 5\n"), "400 Bad Request", "400 Bad Request", 0},
		{"long header", false, false, get("X: " + strings.Repeat("x", 32<<10) + "\n"), "431 Request Header Fields Too Large", "431 Request Header Fields Too Large", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBackend()
			o := Options{Backend: b}
			if tt.token {
				o.Token = []byte(testToken)
			}
			r := start(t, o, tt.remote)
			answer := r.exchange(t, tt.request)
			status, head, body := parts(t, answer)
			if status != tt.status || body != tt.body {
				t.Errorf("got %s with %s\nwant %s with %s", status, body, tt.status, tt.body)
			}
			if got := len(b.done()); got != tt.acts {
				t.Errorf("%d actions carried out, want %d", got, tt.acts)
			}
			for _, secret := range []string{"Access-Control", "evil", "canary"} {
				if strings.Contains(head+body, secret) {
					t.Errorf("the answer contains %q:\n%s", secret, answer)
				}
			}
			if err := r.stop(); err != nil {
				t.Error(err)
			}
			if log := r.log.String(); strings.Contains(log, "canary") || strings.Contains(log, "evil") {
				t.Errorf("the log repeats the request:\n%s", log)
			}
		})
	}
}

func TestRefusalsAreLogged(t *testing.T) {
	t.Parallel()
	r := start(t, Options{Backend: newBackend()}, true)
	for range 5 { // nobody can fill the log
		r.exchange(t, request("POST /bootstrap/creds", "", "{}"))
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if log := r.log.String(); strings.Count(log, "[WARN]  request refused: reason=peer client=192.0.2.77 status=403") != 1 {
		t.Errorf("want one line, log:\n%s", log)
	}
}

func TestUnauthorizedNamesTheScheme(t *testing.T) {
	t.Parallel()
	r := start(t, Options{Backend: newBackend(), Token: []byte(testToken)}, true)
	_, head, _ := parts(t, r.exchange(t, request("POST /bootstrap/creds", "", "{}")))
	if !strings.Contains(head, "\r\nWww-Authenticate: Bearer") && !strings.HasPrefix(head, "Www-Authenticate: Bearer") {
		t.Errorf("head:\n%s", head)
	}
}

func TestBearer(t *testing.T) {
	t.Parallel()
	h := func(values ...string) http.Header { return http.Header{"Authorization": values} }
	for _, tt := range []struct {
		name   string
		header http.Header
		token  string
		want   bool
	}{
		{"right", h("Bearer " + testToken), testToken, true},
		{"none", http.Header{}, testToken, false},
		{"no token configured", h("Bearer "), "", false},
		{"prefix of it", h("Bearer " + testToken[:20]), testToken, false},
		{"space before it", h("Bearer  " + testToken), testToken, false},
		{"nothing behind the scheme", h("Bearer"), testToken, false},
	} {
		if got := bearer(tt.header, []byte(tt.token)); got != tt.want {
			t.Errorf("%s: got %t", tt.name, got)
		}
	}
}
