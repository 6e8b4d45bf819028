package imds

import (
	"bufio"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/mockmd/mockmd/sdk/guard"
)

// The head of a request by RFC 9112, with what this server adds to it: two
// versions, no folded lines, and line ends that may be bare line feeds.
var (
	grammarHead = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+ [^\\x00-\\x20\\x7f]+ HTTP/1\\.[01]\r?\n" +
		"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\\x00-\\x08\\x0a-\\x1f\\x7f]*\r?\n)*\r?\n")
	grammarFraming  = regexp.MustCompile("(?i)\n(?:content-length|transfer-encoding):")
	grammarEncoding = regexp.MustCompile("(?i)\ntransfer-encoding:")
)

// grammarEnd is where the head of a request ends by the grammar, 0 when the
// text does not begin with one.
func grammarEnd(text string) int {
	var latin strings.Builder // expressions are of runes, and heads of bytes
	for _, b := range []byte(text) {
		latin.WriteRune(rune(b))
	}
	return len([]rune(grammarHead.FindString(latin.String())))
}

// framedTwice tells of a head that says more than once how long the body is.
func framedTwice(head string) bool { return len(grammarFraming.FindAllString(head, 2)) > 1 }

// FuzzScanHead compares the scanner of request heads with a grammar, in one
// piece and in two, and what is read of a head that it lets pass with what
// net/http makes of it: the two must not see different requests.
func FuzzScanHead(f *testing.F) {
	for _, tt := range badHeads {
		f.Add(tt.head, 7)
	}
	for _, seed := range []string{
		line + "Host: x\r\nContent-Length: 3\r\n\r\nabc", line + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET",
		"GET / HTTP/1.0\nHost: x\n\n", "PUT /latest/api/token HTTP/1.1\r\nHost:\tx \r\nX-aws-ec2-metadata-token-ttl-seconds:\t 60 \r\n\r\n",
		"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "GET / HTTP/1.0\r\nConnection: x, Keep-Alive\r\nTransfer-Encoding: y\r\n\r\n",
		"GET / HTTP/1.0\r\nTrailer: content-length\r\nTransfer-Encoding: chunked\r\n\r\n",
		line + "Trailer: a, content-length\r\nTransfer-Encoding: chunked\r\n\r\n", line + "Connection: keep-alive, close\r\nExpect: x\r\norigin:\r\n\r\n",
		line + "Sec-Fetch-Site: none\r\nX-FORWARDED-FOR: \r\n\r\n", line + "X-aws-ec2-metadata-token: a\r\nX-aws-ec2-metadata-token: b\r\n\r\n", line + "transfer-encoding:CHUNKED\r\ncontent-lengt:1\r\n\r\n",
		line + "\u017f: x\r\n\r\n", line + "Content-Length: 1\r\nX: y\r\nContent-\u017fength: 2\r\n\r\n", line + "A: \xff\xfe\r\n\r\n",
	} {
		f.Add(seed, len(seed)/2)
	}
	f.Fuzz(func(t *testing.T, text string, cut int) {
		var h, parts headScanner
		complete, err := h.scan([]byte(text))
		end := grammarEnd(text)
		if passes := complete && err == nil; passes != (end > 0) || passes && h.seen != end {
			t.Fatalf("%q: complete %t at %d, error %v; by the grammar it ends at %d", text, complete, h.seen, err, end)
		}
		if cut > 0 && cut < len(text) {
			early, earlyErr := parts.scan([]byte(text[:cut]))
			if !early && earlyErr == nil {
				early, earlyErr = parts.scan([]byte(text))
			}
			if early != complete || !errors.Is(earlyErr, err) || complete && parts.seen != h.seen {
				t.Errorf("%q cut at %d: complete %t at %d, error %v; uncut %t at %d, %v", text, cut, early, parts.seen, earlyErr, complete, h.seen, err)
			}
		}
		if end > 0 {
			sameRequest(t, text, h)
		}
	})
}

// sameRequest checks that the request is read as net/http reads it, and refused
// where that refuses it.
func sameRequest(t *testing.T, text string, h headScanner) {
	t.Helper()
	head := text[:h.seen]
	got, err := parseRequest(head)
	br := bufio.NewReaderSize(strings.NewReader(text), len(text)+16)
	r, errHTTP := http.ReadRequest(br)
	if errHTTP != nil {
		// What is wrong with a target is not found here, but by decodeTarget.
		if _, ok := decodeTarget(got.target); err == nil && ok {
			t.Errorf("%q: taken as %+v, net/http says %v", text, got, errHTTP)
		}
		return
	}
	if err != nil {
		if !framedTwice(head) {
			t.Errorf("%q: refused, net/http takes it", text)
		}
		return
	}
	if end := len(text) - br.Buffered(); end != h.seen {
		t.Fatalf("%q ends at %d, net/http says %d", text, h.seen, end)
	}
	want := request{
		method: r.Method, target: r.RequestURI, host: r.Host, closes: r.Close,
		body:  r.ContentLength != 0,
		token: lastField(r.Header[http.CanonicalHeaderKey(headerToken)]), tokenTTL: lastField(r.Header[http.CanonicalHeaderKey(headerTokenTTL)]),
		forwarded: r.Header[headerForward] != nil, expects: r.Header["Expect"] != nil, browser: guard.Browser(r.Header),
	}
	if r.URL.Host != "" {
		want.host = got.host // the target says another one, and is refused
	}
	if r.ProtoMinor == 0 && grammarEncoding.MatchString(head) {
		want.body = true // net/http does not know the encoding, and who sends it may
	}
	if got != want {
		t.Errorf("%q: %+v, net/http says %+v", text, got, want)
	}
}

func lastField(values []string) (f field) {
	for _, v := range values {
		f.add(v)
	}
	return f
}
