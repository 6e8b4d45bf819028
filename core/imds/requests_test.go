package imds

import (
	"strings"
	"testing"
	"time"
)

// Shapes of requests that clients send, and what they are answered.
func TestRequests(t *testing.T) {
	t.Parallel()
	const (
		mac = "02:29:96:8f:6a:2d"
		ttl = "X-aws-ec2-metadata-token-ttl-seconds: 60"
	)
	f := newFixture()
	address := f.listen(t, "tcp4", nil)
	for _, tt := range []struct {
		name, request string
		status        int
		body          string // checked when it is not empty
	}{
		{"leaf with a slash", get("/latest/meta-data/mac/"), 200, mac},
		{"doubled slash", get("/latest//meta-data/mac"), 200, mac},
		{"doubled slashes everywhere", get("//latest///meta-data//mac//"), 200, mac},
		{"directory", get("/latest/meta-data/"), 200, testListing},
		{"version without a slash", get("/latest"), 200, "dynamic\nmeta-data\nuser-data"},
		{"root with a query", get("/?x"), 200, "1.0\nlatest"},
		{"query", get("/latest/meta-data/mac?recursive=true&x=/y"), 200, mac},
		{"escaped colon", get("/latest/meta-data/macs/0a%3A1"), 200, "colon"},
		{"plain colon", get("/latest/meta-data/macs/0a:1"), 200, "colon"},
		{"escaped twice", get("/latest/meta-data/macs/0a%253A1"), 404, page404},
		{"another case", get("/latest/Meta-Data/mac"), 404, page404},
		{"dots", get("/latest/dynamic/../meta-data/mac"), 404, page404},
		{"below a leaf", get("/latest/meta-data/mac/x"), 404, page404},
		{"unknown version", get("/2099-01-01/meta-data/mac"), 404, page404},
		{"above the token path", get("/latest/api"), 404, page404},
		{"above the token path, slash", get("/latest/api/"), 404, page404},
		{"empty leaf", get("/latest/meta-data/empty"), 200, ""},
		{"large leaf", get("/latest/meta-data/large"), 200, strings.Repeat("x", sendCopied+1)},
		{"range is ignored", get("/latest/meta-data/mac", "Range: bytes=0-1"), 200, mac},
		{"validators are ignored", get("/latest/meta-data/mac", "If-Modified-Since: Mon, 02 Oct 2023 14:05:18 GMT", `If-None-Match: "1"`), 200, mac},
		{"keep-alive asked for", get("/latest/meta-data/mac", "Connection: keep-alive"), 200, mac},
		{"upgrade", get("/latest/meta-data/mac", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"), 200, mac},
		{"GET with a body", get("/latest/meta-data/mac", "Content-Length: 3") + "abc", 200, mac},
		{"GET with a chunked body", get("/latest/meta-data/mac", "Transfer-Encoding: chunked") + "3\r\nabc\r\n0\r\n\r\n", 200, mac},
		{"GET with Expect", get("/latest/meta-data/mac", "Expect: 100-continue"), 417, ""},
		{"empty lines first", "\r\n\r\n" + get("/latest/meta-data/mac"), 200, mac},
		{"HTTP/1.0", "GET /latest/meta-data/mac HTTP/1.0\r\n\r\n", 200, mac},
		{"HTTP/1.0, bare line feeds", "GET /latest/meta-data/mac HTTP/1.0\n\n", 200, mac},
		{"HTTP/1.1 without Host", "GET /latest/meta-data/mac HTTP/1.1\r\n\r\n", 200, mac},
		{"HTTP/1.1 with an empty Host", "GET /latest/meta-data/mac HTTP/1.1\r\nHost:\r\n\r\n", 200, mac},
		{"HEAD", compose("HEAD", "/latest/meta-data/mac/"), 200, ""},

		{"PUT without a length", compose("PUT", "/latest/api/token", ttl), 200, ""},
		{"PUT with length 0", compose("PUT", "/latest/api/token", ttl, "Content-Length: 0"), 200, ""},
		{"PUT with a body", compose("PUT", "/latest/api/token", ttl, "Content-Length: 3") + "abc", 200, ""},
		{"PUT, no space, other case", compose("PUT", "/latest/api/token", "x-AWS-ec2-Metadata-Token-TTL-seconds:60"), 200, ""},
		{"PUT over HTTP/1.0", "PUT /latest/api/token HTTP/1.0\r\n" + ttl + "\r\n\r\n", 200, ""},
		{"PUT over HTTP/1.0, chunked", "PUT /latest/api/token HTTP/1.0\r\n" + ttl + "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 200, ""},
		{"PUT with a query", compose("PUT", "/latest/api/token?x", ttl), 200, ""},
		{"PUT with an unknown token", compose("PUT", "/latest/api/token", ttl, "X-aws-ec2-metadata-token: x"), 200, ""},
		{"PUT with Via", compose("PUT", "/latest/api/token", ttl, "Via: 1.1 proxy", "Forwarded: for=10.0.0.1"), 200, ""},
		{"PUT without TTL", compose("PUT", "/latest/api/token"), 400, ""},
		{"PUT with TTL 0", compose("PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 0"), 400, ""},
		{"PUT with TTL 21601", compose("PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 21601"), 400, ""},
		{"PUT with two TTLs", compose("PUT", "/latest/api/token", ttl, ttl), 400, ""},
		{"PUT with an empty X-Forwarded-For", compose("PUT", "/latest/api/token", ttl, "X-Forwarded-For:"), 403, ""},
		{"X-Forwarded-For before Expect and TTL", compose("PUT", "/latest/api/token", "X-Forwarded-For: x", "Expect: 100-continue"), 403, ""},
		{"Expect before TTL", compose("PUT", "/latest/api/token", "Expect: 100-continue"), 417, ""},
		{"path before Expect", compose("PUT", "/latest/api/tokens", "Expect: 100-continue"), 403, ""},
		{"PUT of another version", compose("PUT", "/2021-07-15/api/token", ttl), 403, ""},
		{"PUT with a doubled slash", compose("PUT", "//latest/api/token", ttl), 403, ""},
		{"PUT in another case", compose("PUT", "/latest/api/Token", ttl), 403, ""},
		{"PUT on metadata", compose("PUT", "/latest/meta-data/mac", ttl), 403, ""},

		{"HEAD on the token path", compose("HEAD", "/latest/api/token"), 405, ""},
		{"POST on the token path", compose("POST", "/latest/api/token", ttl), 405, ""},
		{"DELETE on the token path", compose("DELETE", "/latest/api/token"), 405, ""},
		{"405 before 401", get("/latest/api/token", "X-aws-ec2-metadata-token: x"), 405, ""},
		{"DELETE", compose("DELETE", "/latest/meta-data/mac"), 405, ""},
		{"PATCH", compose("PATCH", "/latest/meta-data/mac", "Content-Length: 2") + "{}", 405, ""},
		{"TRACE", compose("TRACE", "/"), 405, ""},
		{"lower case is another method", compose("get", "/latest/meta-data/mac"), 405, ""},
		{"POST where nothing is", compose("POST", "/nothing"), 405, ""},
		{"OPTIONS of the server", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", 200, ""},
		{"OPTIONS where nothing is", compose("OPTIONS", "/nothing"), 200, ""},
	} {
		got := exchange(t, address, tt.request)
		if status(got) != tt.status || (tt.body != "" && body(got) != tt.body) {
			t.Errorf("%s: want %d %.200q, got\n%.400q", tt.name, tt.status, tt.body, got)
		}
		if !strings.Contains(got, "\r\nServer: EC2ws\r\nConnection: close\r\n") {
			t.Errorf("%s: no Server, or not closed:\n%.400q", tt.name, got)
		}
		if strings.Contains(got, "100 Continue") || strings.Contains(got, "Access-Control") || strings.Contains(got, "charset") {
			t.Errorf("%s: says what the real service never says:\n%.400q", tt.name, got)
		}
	}
}

// The rows and columns of the table of the fidelity notes, section 4.2.
func TestTokenUse(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name                         string
		line                         string // of the request
		elapsed                      time.Duration
		optional, required, disabled int
		ttl                          string
	}{
		{"no token", "", 0, 200, 401, 403, ""},
		{"valid", "X-aws-ec2-metadata-token: TOKEN", 0, 200, 200, 403, "60"},
		{"valid, blanks around", "X-aws-ec2-metadata-token: \t TOKEN ", 0, 200, 200, 403, "60"},
		{"last second", "X-aws-ec2-metadata-token: TOKEN", 59*time.Second + 1, 200, 200, 403, "1"},
		{"expired", "X-aws-ec2-metadata-token: TOKEN", time.Minute, 401, 401, 403, ""},
		{"malformed", "X-aws-ec2-metadata-token: AQAEAx", 0, 401, 401, 403, ""},
		{"foreign", "X-aws-ec2-metadata-token: FOREIGN", 0, 401, 401, 403, ""},
		{"empty", "X-aws-ec2-metadata-token:", 0, 401, 401, 403, ""},
		{"two", "X-aws-ec2-metadata-token: TOKEN\r\nX-aws-ec2-metadata-token: TOKEN", 0, 401, 401, 403, ""},
		{"valid, nothing there", "X-aws-ec2-metadata-token: TOKEN", 0, 404, 404, 403, "60"},
		{"valid, Expect", "X-aws-ec2-metadata-token: TOKEN\r\nExpect: 100-continue", 0, 417, 417, 403, "60"},
		{"invalid before nothing there", "X-aws-ec2-metadata-token: x", 0, 401, 401, 403, ""},
	} {
		path := "/latest/meta-data/mac"
		if strings.Contains(tt.name, "nothing there") {
			path = "/latest/meta-data/nothing"
		}
		for settings, want := range map[Settings]int{
			{}:                       tt.optional,
			{TokensRequired: true}:   tt.required,
			{EndpointDisabled: true}: tt.disabled,
			{EndpointDisabled: true, TokensRequired: true}: tt.disabled,
		} {
			f := newFixture(func(o *Options) { o.Settings = settings })
			foreign := NewTokens([]byte("0123456789abcdef"), "i-2", f.clock.now).Mint(time.Minute)
			line := strings.NewReplacer("TOKEN", f.tokens.Mint(time.Minute), "FOREIGN", foreign).Replace(tt.line)
			f.clock.Add(int64(tt.elapsed))
			got := exchange(t, f.listen(t, "tcp4", nil), withLine(path, line))
			if status(got) != want {
				t.Errorf("%s, %+v: want %d, got\n%q", tt.name, settings, want, got)
			}
			ttl := ""
			if tt.ttl != "" && want != 403 {
				ttl = "\r\n" + ttlName + tt.ttl + "\r\n"
			}
			if (ttl == "") == strings.Contains(got, ttlName) || !strings.Contains(got, ttl) {
				t.Errorf("%s, %+v: want the life %q, got\n%q", tt.name, settings, tt.ttl, got)
			}
		}
	}
}

func withLine(path, line string) string {
	if line == "" {
		return get(path)
	}
	return get(path, line)
}

// Closing a socket over unread bytes resets the connection; the client would
// then meet an error instead of the end of its answer.
func TestUnreadBodiesDoNotResetTheAnswer(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 30000) // more than is read with the head
	for _, keep := range []bool{false, true} {
		f := newFixture(func(o *Options) { o.KeepAlive = keep })
		address := f.listen(t, "tcp4", nil)
		for _, tt := range []struct {
			name, request string
			status        int
		}{
			{"length", compose("POST", "/", "Connection: close", "Content-Length: 30000") + long, 405},
			{"chunked", compose("POST", "/", "Connection: close", "Transfer-Encoding: chunked") + "7530\r\n" + long + "\r\n0\r\n\r\n", 405},
			{"HTTP/1.0", "POST / HTTP/1.0\r\nContent-Length: 30000\r\n\r\n" + long, 405},
			{"after Expect", compose("PUT", "/latest/api/token", "Expect: 100-continue", "Content-Length: 30000") + long, 417},
			{"head too long", "GET /" + long + " HTTP/1.1\r\n\r\n", 400},
			{"malformed", "GET /\r\n" + long, 400},
			{"another request", compose("GET", "/", "Connection: close") + "GET /" + long, 200},
		} {
			if got := exchange(t, address, tt.request); status(got) != tt.status {
				t.Errorf("%s, keep-alive %t: want %d, got\n%.300q", tt.name, keep, tt.status, got)
			}
		}
	}
}

func TestUpdateHoldsFromTheNextRequest(t *testing.T) {
	t.Parallel()
	f := newFixture()
	address := f.listen(t, "tcp4", nil)
	if got := exchange(t, address, get("/latest/meta-data/mac")); status(got) != 200 {
		t.Fatalf("before: %q", got)
	}
	token := f.tokens.Mint(time.Minute)
	o := f.options
	o.Settings.TokensRequired = true
	f.Update(o)
	if got := exchange(t, address, get("/latest/meta-data/mac")); status(got) != 401 {
		t.Errorf("after: %q", got)
	}
	if got := exchange(t, address, get("/latest/meta-data/mac", "X-aws-ec2-metadata-token: "+token)); status(got) != 200 {
		t.Errorf("a token of before: %q", got)
	}
}

func TestNothingSecretIsLogged(t *testing.T) {
	t.Parallel()
	f := newFixture(func(o *Options) {
		tree := testTree()
		tree["/latest/meta-data/iam/security-credentials/app"] = fixed("", "SECRET-BODY")
		o.View = tree
	})
	address := f.listen(t, "tcp4", nil)
	minted := body(exchange(t, address, compose("PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 60")))
	exchange(t, address, get("/latest/meta-data/iam/security-credentials/app?SECRET-QUERY", "X-aws-ec2-metadata-token: "+minted))
	exchange(t, address, get("/latest/meta-data/mac", "X-aws-ec2-metadata-token: SECRET-TOKEN", "Authorization: SECRET-HEADER"))
	text := f.log.String()
	for _, want := range []string{
		"client=127.0.0.1 method=PUT path=/latest/api/token status=200",
		"client=127.0.0.1 method=GET path=/latest/meta-data/iam/security-credentials/app status=200",
		"client=127.0.0.1 method=GET path=/latest/meta-data/mac status=401",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the log lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "SECRET") || strings.Contains(text, minted) {
		t.Errorf("the log has a secret:\n%s", text)
	}
}
