package imds

import (
	"strings"
	"testing"
)

// TestHTTPRows has the rows of the fidelity notes, section 3, that are about
// methods and headers. Case names quote section and row.
func TestHTTPRows(t *testing.T) {
	t.Parallel()
	const (
		dir  = "/latest/meta-data/"
		leaf = dir + "ami-id"
		at   = "/latest/api/token"
		ttl  = "X-aws-ec2-metadata-token-ttl-seconds: 60"
	)
	listing, value := plainText(goldenListing), plainText("ami-0abcdef1234567890")
	options := allowing("200 OK", "OPTIONS, GET, HEAD")
	goldens := []golden{
		{name: "3 HEAD: leaf", request: compose("HEAD", leaf), want: headOnly(value)},
		{name: "3 HEAD: leaf with a slash", request: compose("HEAD", leaf+"/"), want: headOnly(value)},
		{name: "3 HEAD: directory", request: compose("HEAD", dir), want: headOnly(listing)},
		{name: "3 HEAD: nothing there", request: compose("HEAD", dir+"managed-ssh-keys/active-keys/me/"), want: headOnly(missing(0))},

		{name: "3 OPTIONS /latest/api/token", request: compose("OPTIONS", at), want: allowing("200 OK", "OPTIONS, PUT")},
		{name: "3 OPTIONS elsewhere: leaf", request: compose("OPTIONS", leaf), want: options},
		{name: "3 OPTIONS elsewhere: root", request: compose("OPTIONS", "/"), want: options},
		{name: "3 OPTIONS elsewhere: nothing there", request: compose("OPTIONS", "/none"), want: options},
		{name: "3 OPTIONS elsewhere: the server", request: compose("OPTIONS", "*"), want: options},

		{name: "3 PUT on anything else: leaf", request: compose("PUT", leaf, ttl), want: forbidden},
		{name: "3 PUT on anything else: dated", request: compose("PUT", "/2021-07-15/api/token", ttl), want: forbidden},
		{name: "3 PUT on anything else: trailing slash", request: compose("PUT", at+"/", ttl), want: forbidden},
		{name: "3 PUT on anything else: doubled slash", request: compose("PUT", "/latest//api/token", ttl), want: forbidden},
		{name: "3 PUT on anything else: letter case", request: compose("PUT", "/latest/API/token", ttl), want: forbidden},
		{name: "3 PUT on anything else: below", request: compose("PUT", at+"/x", ttl), want: forbidden},
		{name: "3 PUT on anything else: nothing there", request: compose("PUT", "/none"), want: forbidden},
		{name: "3 PUT on anything else: root", request: compose("PUT", "/", ttl), want: forbidden},

		{name: "3 missing Host: HTTP/1.0", request: "GET " + leaf + " HTTP/1.0\r\n\r\n", want: value},
		{name: "3 missing Host: HTTP/1.1", request: "GET " + leaf + " HTTP/1.1\r\n\r\n", want: value},
		{name: "3 missing Host: empty", request: "GET " + leaf + " HTTP/1.1\r\nHost:\r\n\r\n", want: value},

		{name: "3 Expect: PUT", request: compose("PUT", at, ttl, "Expect: 100-continue"), want: unexpected(0)},
		{name: "3 Expect: chunked PUT", request: compose("PUT", at, ttl, "Expect: 100-continue", "Transfer-Encoding: chunked"), want: unexpected(0)},
		{name: "3 Expect: GET", request: get(leaf, "expect: 100-Continue"), want: unexpected(0)},
		{name: "3 Expect: HEAD", request: compose("HEAD", leaf, "Expect: 100-continue"), want: headOnly(unexpected(0))},

		{name: "3 chunked empty PUT", request: compose("PUT", at, ttl, "Transfer-Encoding: chunked") + "0\r\n\r\n", want: minted(60)},
		{name: "3 chunked empty PUT: with trailer", request: compose("PUT", at, ttl, "Transfer-Encoding: chunked") + "0\r\nX: y\r\n\r\n", want: minted(60)},

		{name: "3 request body on GET: length", request: get(leaf, "Content-Length: 3") + "a=b", want: value},
		{name: "3 request body on GET: chunked", request: get(leaf, "Transfer-Encoding: chunked") + "3\r\na=b\r\n0\r\n\r\n", want: value},

		{name: "3 Range: first bytes", request: get(leaf, "Range: bytes=0-2"), want: value},
		{name: "3 Range: beyond the end", request: get(leaf, "Range: bytes=1000-"), want: value},
		{name: "3 Range: with If-Range", request: get(leaf, "Range: bytes=0-2", `If-Range: "1"`), want: value},

		{name: "3 If-Modified-Since: the same", request: get(leaf, "If-Modified-Since: Mon, 02 Oct 2023 14:05:18 GMT"), want: value},
		{name: "3 If-Modified-Since: later", request: get(leaf, "If-Modified-Since: Tue, 02 Oct 2035 14:05:18 GMT"), want: value},
		{name: "3 If-None-Match: any", request: get(leaf, "If-None-Match: *"), want: value},
		{name: "3 If-None-Match: preconditions that fail", request: get(leaf, `If-Match: "x"`, "If-Unmodified-Since: Mon, 02 Oct 2000 14:05:18 GMT"), want: value},

		{name: "3 Date format: as in every answer here", request: get("/none"), want: missing(0)},
		{name: "3 Content-Encoding: gzip is accepted", request: get(leaf, "Accept-Encoding: gzip, br", "Accept: application/json", "TE: trailers"), want: value},

		{name: "3 HTTP keep-alive: HTTP/1.1", request: get(leaf, "Connection: keep-alive", "Keep-Alive: timeout=5"), want: value},
		{name: "3 HTTP keep-alive: HTTP/1.0", request: "GET " + leaf + " HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", want: value},
		{name: "3 HTTP keep-alive: a second request is not answered", request: get(leaf) + get(dir), want: value},
	}
	for _, method := range []string{"POST", "DELETE", "PATCH"} {
		goldens = append(goldens,
			golden{name: "3 POST/DELETE/PATCH on metadata: " + method, request: compose(method, leaf), want: notAllowed},
			golden{name: "3 POST/DELETE/PATCH on metadata: body, " + method, request: compose(method, dir, "Content-Length: 3") + "a=b", want: notAllowed},
			golden{name: "3 POST/DELETE/PATCH on metadata: nothing there, " + method, request: compose(method, "/none"), want: notAllowed},
		)
	}
	for _, method := range []string{"GET", "POST", "DELETE", "PATCH"} {
		goldens = append(goldens, golden{
			name: "3 GET/POST/DELETE /latest/api/token: " + method, request: compose(method, at, ttl), want: onlyPUT,
		})
	}
	goldens = append(goldens, golden{name: "3 GET/POST/DELETE /latest/api/token: HEAD", request: compose("HEAD", at), want: onlyPUT})
	for _, g := range goldens {
		if strings.Contains(g.want, "Content-Encoding") || strings.Contains(g.want, "WWW-Authenticate") {
			t.Errorf("%s: the answer has what the real service never says", g.name)
		}
	}
	runGoldens(t, goldenTree(t), goldens)
}
