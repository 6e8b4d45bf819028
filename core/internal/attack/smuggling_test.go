package attack

import (
	"fmt"
	"strings"
	"testing"
)

// TestSmuggling hides a request where two readers of the same bytes may
// disagree on where the one before ends. The hidden one must never be answered:
// it names another path, whose answer cannot be mistaken.
func TestSmuggling(t *testing.T) {
	t.Parallel()
	each(t, everywhere, func(t *testing.T, x target) {
		for name, visible := range map[string]func(...string) string{
			"refused": func(lines ...string) string { return request("DELETE", "/none", lines...) },
			"read":    func(lines ...string) string { return request("GET", "/healthz", lines...) },
			"written": func(lines ...string) string { return x.writable(t, lines...) },
		} {
			t.Run(name, func(t *testing.T) { smuggle(t, x, visible) })
		}
	})
}

// smuggle hides a request behind or in a visible one.
func smuggle(t *testing.T, x target, head func(lines ...string) string) {
	hidden := x.readable(t)
	hex := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(hidden), hidden)
	length := fmt.Sprintf("Content-Length: %d", len(hidden))
	tooLong := fmt.Sprintf("Content-Length: %d", len(hidden)+5)
	x.sendAll(t, map[string]string{
		"CL.TE":               head(tooLong, "Transfer-Encoding: chunked") + "0\r\n\r\n" + hidden,
		"TE.CL":               head("Transfer-Encoding: chunked", "Content-Length: 4") + hex,
		"CL.CL, the first":    head("Content-Length: 0", length) + hidden,
		"CL.CL, the last":     head(length, "Content-Length: 0") + hidden,
		"CL.CL, equal":        head("Content-Length: 0", "Content-Length: 0") + hidden,
		"CL list":             head("Content-Length: 0, 0") + hidden,
		"CL with a sign":      head("Content-Length: +0") + hidden,
		"CL in hex":           head("Content-Length: 0x0") + hidden,
		"CL, then a space":    head("Content-Length : 0") + hidden,
		"CL empty":            head("Content-Length:") + hidden,
		"CL.TE, TE.TE":        head(tooLong, "Transfer-Encoding: chunked", "Transfer-Encoding: x") + "0\r\n\r\n" + hidden,
		"TE unknown":          head("Transfer-Encoding: x") + "0\r\n\r\n" + hidden,
		"TE identity":         head("Transfer-Encoding: identity") + hidden,
		"TE with a tab":       head("Transfer-Encoding:\tchunked", length) + "0\r\n\r\n" + hidden,
		"TE, then a space":    head("Transfer-Encoding : chunked", length) + "0\r\n\r\n" + hidden,
		"TE, vertical tab":    head("Transfer-Encoding: \x0bchunked", length) + "0\r\n\r\n" + hidden,
		"TE twice":            head("Transfer-Encoding: chunked", "Transfer-Encoding: chunked") + "0\r\n\r\n" + hidden,
		"TE list":             head("Transfer-Encoding: gzip, chunked") + "0\r\n\r\n" + hidden,
		"TE underscore":       head("Transfer_Encoding: chunked", length) + hidden,
		"TE after NUL":        head("X: y\x00\r\nTransfer-Encoding: chunked") + "0\r\n\r\n" + hidden,
		"TE folded":           head("X: y\r\n Transfer-Encoding: chunked", length) + hidden,
		"TE value folded":     head("Transfer-Encoding:\r\n chunked", length) + "0\r\n\r\n" + hidden,
		"TE behind a bare CR": head("X: y\rTransfer-Encoding: chunked", length) + hidden,
		"TE, HTTP/1.0":        strings.Replace(head("Connection: keep-alive", "Transfer-Encoding: chunked"), "HTTP/1.1", "HTTP/1.0", 1) + "0\r\n\r\n" + hidden,
		"chunk extension":     head("Transfer-Encoding: chunked") + "0;x=\"\r\n\r\n\"" + hidden,
		"chunk size sign":     head("Transfer-Encoding: chunked") + "+0\r\n\r\n" + hidden,
		"chunk size prefix":   head("Transfer-Encoding: chunked") + "0x0\r\n\r\n" + hidden,
		"chunk size spaces":   head("Transfer-Encoding: chunked") + " 0 \r\n\r\n" + hidden,
		"chunk size overflow": head("Transfer-Encoding: chunked") + "10000000000000000\r\n\r\n" + hidden,
		"chunk size negative": head("Transfer-Encoding: chunked") + "-1\r\n\r\n" + hidden,
		"chunk ended by LF":   head("Transfer-Encoding: chunked") + "0\n\n" + hidden,
		"chunk ended by CR":   head("Transfer-Encoding: chunked") + "0\r\r" + hidden,
		"chunk without end":   head("Transfer-Encoding: chunked") + "1\r\nab\r\n0\r\n\r\n" + hidden,
		"trailer":             head("Transfer-Encoding: chunked", "Trailer: X") + "0\r\nX: y\r\nContent-Length: 0\r\n" + hidden,
		"trailer malformed":   head("Transfer-Encoding: chunked") + "0\r\nGET / HTTP/1.1\r\n\r\n" + hidden,
		"bare CR ends head":   strings.Replace(head(), "\r\n\r\n", "\r\r", 1) + hidden,
		"NUL in front":        "\x00" + hidden,
		"in a body":           head(length) + hidden,
		"in chunks":           head("Transfer-Encoding: chunked") + hex,
		"in a short body":     head(tooLong) + hidden,
		"in a header":         head("X: " + strings.ReplaceAll(hidden, "\r\n", "\r")),
		"Upgrade: h2c":        head("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__") + "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"Upgrade: websocket":  head("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==") + "\x81\x05hello",
		"Expect":              head("Expect: 100-continue", length) + hidden,
		"Expect something":    head("Expect: 200-ok") + hidden,
		"CONNECT":             "CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n" + hidden,
		"absolute form":       "GET http://127.0.0.1/ HTTP/1.1\r\nHost: evil.example\r\n\r\n" + hidden,
		"behind evil Host":    request("GET", "/none", "Host: evil.example") + hidden,
		"behind Origin":       request("POST", "/none", "Origin: null", "Content-Length: 0") + hidden,
		"behind Sec-Fetch":    request("GET", "/", "Sec-Fetch-Site: cross-site") + hidden,
		"behind a bad head":   "GET / HTTP/1.1\r\nX\r\n\r\n" + hidden,
		"behind HTTP/0.9":     "GET /\r\n" + hidden,
		"behind HTTP/2":       "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + hidden,
		"behind HTTP/1.2":     "GET / HTTP/1.2\r\nHost: 127.0.0.1\r\n\r\n" + hidden,
		"behind a long head":  request("GET", "/", "X: "+strings.Repeat("x", 32<<10)) + hidden,
	}, func(name string, all []answer) {
		for i, a := range all {
			if i > 0 && a.status != 400 {
				t.Errorf("%s: answer %d: %+v", name, i, a)
			}
			if x.tells(a) {
				t.Errorf("%s: the hidden request was answered: %+v", name, a)
			}
		}
	})
	x.honest(t)
}

// tells says whether an answer has what readable asks for.
func (x target) tells(a answer) bool {
	return strings.Contains(a.body, "SecretAccessKey") || x.admin && strings.Contains(a.body, `"plugins"`)
}

// TestPipelining: what is in order is answered in order where connections are
// kept, and once where they are not.
func TestPipelining(t *testing.T) {
	t.Parallel()
	each(t, everywhere, func(t *testing.T, x target) {
		raw := x.readable(t)
		want := 1
		if !x.admin && x.keepsAlive {
			want = 20
		}
		all := x.send(t, strings.Repeat(raw, 20))
		if len(all) != want {
			t.Errorf("%d answers to 20 requests, want %d", len(all), want)
		}
		for _, a := range all {
			if a.status != 200 || !x.tells(a) {
				t.Errorf("%+v", a)
			}
		}
	})
}
