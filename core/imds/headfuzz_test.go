package imds

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The head of a request by RFC 9112, with what this server adds to it: two
// versions, no folded lines, and line ends that may be bare line feeds.
var (
	grammarHead = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+ [^\\x00-\\x20\\x7f]+ HTTP/1\\.[01]\r?\n" +
		"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\\x00-\\x08\\x0a-\\x1f\\x7f]*\r?\n)*\r?\n")
	grammarFraming = regexp.MustCompile("(?i)\n(?:content-length|transfer-encoding):")
)

// grammarEnd is where the head of a request ends by the grammar, 0 when the
// text does not begin with one.
func grammarEnd(text string) int {
	var latin strings.Builder // expressions are of runes, and heads of bytes
	for _, b := range []byte(text) {
		latin.WriteRune(rune(b))
	}
	head := grammarHead.FindString(latin.String())
	if len(grammarFraming.FindAllString(head, 2)) > 1 {
		return 0
	}
	return len([]rune(head))
}

// FuzzScanHead compares the scanner of request heads with a grammar, in one
// piece and in two, and what it lets pass with what net/http makes of it: the
// two must not see different requests.
func FuzzScanHead(f *testing.F) {
	for _, tt := range badHeads {
		f.Add(tt.head, 7)
	}
	for _, seed := range []string{
		line + "Host: x\r\nContent-Length: 3\r\n\r\nabc", line + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET",
		"GET / HTTP/1.0\nHost: x\n\n", "PUT /latest/api/token HTTP/1.1\r\nHost:\tx \r\nX-aws-ec2-metadata-token-ttl-seconds:60\r\n\r\n",
		"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", line + "transfer-encoding:CHUNKED\r\ncontent-lengt:1\r\n\r\n",
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

// sameRequest checks that net/http, if it takes the request at all, reads the
// one that stands in the text.
func sameRequest(t *testing.T, text string, h headScanner) {
	t.Helper()
	br := bufio.NewReaderSize(strings.NewReader(text), len(text)+16)
	r, err := http.ReadRequest(br)
	if err != nil {
		return
	}
	if end := len(text) - br.Buffered(); end != h.seen {
		t.Fatalf("%q ends at %d, net/http says %d", text, h.seen, end)
	}
	lines := strings.Split(strings.ReplaceAll(text[:h.seen], "\r\n", "\n"), "\n")
	if first := r.Method + " " + r.RequestURI + " " + r.Proto; first != lines[0] {
		t.Errorf("%q: net/http reads %q", text, first)
	}
	want := http.Header{}
	for _, line := range lines[1 : len(lines)-2] {
		name, value, _ := strings.Cut(line, ":")
		want.Add(name, strings.Trim(value, " \t"))
	}
	length := int64(0)
	if given := want["Content-Length"]; given != nil {
		length, _ = strconv.ParseInt(given[0], 10, 64)
	}
	if h.chunked {
		length = -1
	}
	if h.chunked != (want["Transfer-Encoding"] != nil) || r.ContentLength != length && (r.ProtoMinor == 1 || !h.chunked) {
		t.Errorf("%q: a body of %d bytes, net/http says %d; chunked %t", text, length, r.ContentLength, h.chunked)
	}
	for name, values := range want {
		got := r.Header[name]
		switch name {
		case "Host":
			if !strings.HasPrefix(r.RequestURI, "/") {
				continue // the target says another one, and is refused
			}
			got = []string{r.Host}
		case "Transfer-Encoding", "Trailer":
			continue // net/http takes them out
		}
		if strings.Join(got, "\n") != strings.Join(values, "\n") {
			t.Errorf("%q: %s is %q, net/http says %q", text, name, values, got)
		}
	}
	if length > 0 {
		body, err := io.ReadAll(r.Body)
		rest, _ := io.ReadAll(br)
		if err == nil && string(body)+string(rest) != text[h.seen:] {
			t.Errorf("%q: body %q and then %q", text, body, rest)
		}
	}
}
