package imds

import (
	"strings"
	"testing"
)

const line = "GET / HTTP/1.1\r\n"

func TestScanHead(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, head string }{
		{"plain", line + "Host: x\r\n\r\n"},
		{"HTTP/1.0", "GET / HTTP/1.0\r\n\r\n"},
		{"no space after the colon", line + "X-aws-ec2-metadata-token:abc\r\n\r\n"},
		{"empty value", line + "Accept:\r\n\r\n"},
		{"tab and bytes above ASCII", line + "User-Agent: a\tb \xe9\r\n\r\n"},
		{"bare line feeds", "GET / HTTP/1.0\nHost: x\n\n"},
		{"unknown method", "BREW /pot HTTP/1.1\r\n\r\n"},
		{"one length", line + "Content-Length: 3\r\n\r\n"},
		{"one encoding", line + "Transfer-Encoding: chunked\r\n\r\n"},
	} {
		var h headScanner
		complete, err := h.scan([]byte(tt.head + "next"))
		if !complete || err != nil || h.seen != len(tt.head) {
			t.Errorf("%s: complete %t at %d, error %v, want true at %d", tt.name, complete, h.seen, err, len(tt.head))
		}
		// Byte by byte it comes to the same.
		h = headScanner{}
		for i := range len(tt.head) + 1 {
			complete, err = h.scan([]byte(tt.head[:i]))
			if err != nil || complete != (i == len(tt.head)) {
				t.Fatalf("%s: after %d of %d bytes: complete %t, error %v", tt.name, i, len(tt.head), complete, err)
			}
		}
	}
}

// badHeads are refused by the scanner of heads, by parseRequest or by
// decodeTarget.
var badHeads = []struct{ name, head string }{
	{"HTTP/0.9", "GET /\r\n"},
	{"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
	{"HTTP/3", "GET / HTTP/3\r\n\r\n"},
	{"HTTP/1.2", "GET / HTTP/1.2\r\n\r\n"},
	{"HTTP/1.01", "GET / HTTP/1.01\r\n\r\n"},
	{"other protocol", "GET / ICY/1.1\r\n\r\n"},
	{"TLS hello", "\x16\x03\x01\x02\x00\x01"},
	{"no target", "GET HTTP/1.1\r\n\r\n"},
	{"two spaces", "GET  / HTTP/1.1\r\n\r\n"},
	{"space in the target", "GET /a b HTTP/1.1\r\n\r\n"},
	{"space at the end", "GET / HTTP/1.1 \r\n\r\n"},
	{"tab", "GET\t/\tHTTP/1.1\r\n\r\n"},
	{"control byte in the target", "GET /\x01 HTTP/1.1\r\n\r\n"},
	{"control byte in the method", "G\x01T / HTTP/1.1\r\n\r\n"},
	{"blank first", " GET / HTTP/1.1\r\n\r\n"},
	{"header without colon", line + "Host\r\n\r\n"},
	{"header without name", line + ": x\r\n\r\n"},
	{"space before the colon", line + "Content-Length : 3\r\n\r\n"},
	{"space in the name", line + "Transfer Encoding: chunked\r\n\r\n"},
	{"folded line", line + "Accept: a\r\n b\r\n\r\n"},
	{"folded first line", line + " Accept: a\r\n\r\n"},
	{"NUL in a value", line + "Accept: a\x00b\r\n\r\n"},
	{"CR in a value", line + "Accept: a\rContent-Length: 3\r\n\r\n"},
	{"two hosts", line + "Host: localhost\r\nHost: localhost\r\n\r\n"},
	{"two lengths", line + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"},
	{"two lengths that agree", line + "Content-Length: 3\r\ncontent-length: 3\r\n\r\nabc"},
	{"list of lengths", line + "Content-Length: 3, 3\r\n\r\nabc"},
	{"negative length", line + "Content-Length: -1\r\n\r\n"},
	{"length with a sign", line + "Content-Length: +3\r\n\r\nabc"},
	{"length in hexadecimal", line + "Content-Length: 0x3\r\n\r\nabc"},
	{"empty length", line + "Content-Length:\r\n\r\n"},
	{"huge length", line + "Content-Length: 99999999999999999999\r\n\r\n"},
	{"length and encoding", line + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
	{"encoding and length", line + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"},
	{"two encodings", line + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
	{"another encoding", line + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
	{"encoding in disguise", line + "Transfer-Encoding: xchunked\r\n\r\n"},
	{"absolute target", "GET http://169.254.169.254/latest HTTP/1.1\r\nHost: 169.254.169.254\r\n\r\n"},
	{"absolute target of OPTIONS", "OPTIONS http://169.254.169.254/ HTTP/1.1\r\nHost: 169.254.169.254\r\n\r\n"},
	{"authority target", "CONNECT 169.254.169.254:80 HTTP/1.1\r\nHost: 169.254.169.254\r\n\r\n"},
	{"relative target", "GET latest HTTP/1.1\r\n\r\n"},
	{"star", "GET * HTTP/1.1\r\n\r\n"},
	{"broken escape", "GET /%zz HTTP/1.1\r\n\r\n"},
	{"escaped NUL", "GET /latest%00 HTTP/1.1\r\n\r\n"},
	{"escaped line end", "GET /latest%0d%0aX: HTTP/1.1\r\n\r\n"},
}

func TestMalformedRequests(t *testing.T) {
	t.Parallel()
	want := "HTTP/1.1 400 Bad Request\r\n" + emptyTail
	for _, keep := range []bool{false, true} {
		f := newFixture(func(o *Options) { o.KeepAlive = keep })
		address := f.listen(t, "tcp4", nil)
		for _, tt := range badHeads {
			if got := exchange(t, address, tt.head); got != want {
				t.Errorf("%s, keep-alive %t: got\n%q\nwant\n%q", tt.name, keep, got, want)
			}
		}
	}
}

func TestHeadTooLarge(t *testing.T) {
	t.Parallel()
	const limit = 1024
	f := newFixture(func(o *Options) { o.Limits.HeaderBytes = limit })
	address := f.listen(t, "tcp4", nil)
	fill := func(size int) string {
		head := "GET /latest/meta-data/mac HTTP/1.1\r\nX: "
		return head + strings.Repeat("x", size-len(head)-4) + "\r\n\r\n"
	}
	if got := exchange(t, address, fill(limit)); status(got) != 200 {
		t.Errorf("a head of %d bytes: %q", limit, got)
	}
	for _, size := range []int{limit + 1, 100 * limit} {
		if got := exchange(t, address, fill(size)); got != "HTTP/1.1 400 Bad Request\r\n"+emptyTail {
			t.Errorf("a head of %d bytes: %q", size, got)
		}
	}
}
