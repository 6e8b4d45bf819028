package attack

import (
	"fmt"
	"strings"
	"testing"
)

// TestMalformed sends what is no HTTP, or too much of it. There is at most one
// answer, a refusal, and the listener goes on.
func TestMalformed(t *testing.T) {
	t.Parallel()
	each(t, everywhere, func(t *testing.T, x target) {
		good := x.readable(t)
		path := strings.Fields(good)[1]
		long := strings.Repeat("x", 100<<10)
		many := strings.Repeat("X: y\r\n", 10_000)
		x.sendAll(t, map[string]string{
			"nothing":                 "",
			"an empty line":           "\r\n",
			"empty lines":             strings.Repeat("\r\n", 10_000),
			"line feeds":              strings.Repeat("\n", 10_000),
			"half a method":           "GE",
			"half a head":             "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nX-aws",
			"HTTP/0.9":                "GET " + path + "\r\n",
			"HTTP/0.9, long":          "GET " + path + " HTTP/0.9\r\n\r\n",
			"HTTP/2":                  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
			"HTTP/1.1, small":         strings.Replace(good, "HTTP/1.1", "http/1.1", 1),
			"HTTP/1.":                 strings.Replace(good, "HTTP/1.1", "HTTP/1.", 1),
			"HTTP/1.10":               strings.Replace(good, "HTTP/1.1", "HTTP/1.10", 1),
			"HTTP/01.1":               strings.Replace(good, "HTTP/1.1", "HTTP/01.1", 1),
			"HTTP/-1.1":               strings.Replace(good, "HTTP/1.1", "HTTP/-1.1", 1),
			"HTTPS/1.1":               strings.Replace(good, "HTTP/1.1", "HTTPS/1.1", 1),
			"HTTP/99999999999.1":      strings.Replace(good, "HTTP/1.1", "HTTP/99999999999.1", 1),
			"no version":              strings.Replace(good, " HTTP/1.1", "", 1),
			"no target":               "GET HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
			"no method":               strings.TrimPrefix(good, "GET "),
			"a space in front":        " " + good,
			"two spaces":              strings.Replace(good, "GET ", "GET  ", 1),
			"a tab":                   strings.Replace(good, "GET ", "GET\t", 1),
			"a word too many":         strings.Replace(good, " HTTP/1.1", " x HTTP/1.1", 1),
			"method of bytes":         "\x00\x01\x02" + good,
			"method with a colon":     "G:T" + good[3:],
			"method of 100 KiB":       long + good,
			"target of 100 KiB":       strings.Replace(good, path, path+"?"+long, 1),
			"path of 100 KiB":         strings.Replace(good, path, "/"+long, 1),
			"escapes of 100 KiB":      strings.Replace(good, path, "/"+strings.Repeat("%41", 30<<10), 1),
			"header of 100 KiB":       strings.Replace(good, "\r\n\r\n", "\r\nX: "+long+"\r\n\r\n", 1),
			"name of 100 KiB":         strings.Replace(good, "\r\n\r\n", "\r\n"+long+": y\r\n\r\n", 1),
			"10,000 headers":          strings.Replace(good, "\r\n\r\n", "\r\n"+many+"\r\n", 1),
			"header without an end":   good[:len(good)-2] + "X: " + long,
			"cookies of 100 KiB":      strings.Replace(good, "\r\n\r\n", "\r\nCookie: "+strings.Repeat("a=b; ", 20<<10)+"\r\n\r\n", 1),
			"Host of 100 KiB":         request("GET", path, "Host: "+long),
			"TLS hello":               "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + strings.Repeat("\xaa", 508),
			"TLS hello, short":        "\x16\x03\x01",
			"SSH":                     "SSH-2.0-OpenSSH_9.6\r\n",
			"SMTP":                    "EHLO evil.example\r\nMAIL FROM:<a@b>\r\n",
			"Redis":                   "*1\r\n$4\r\nPING\r\n",
			"memcached":               "stats\r\n",
			"PROXY":                   "PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n" + good,
			"PROXY, binary":           "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\x7f\x00\x00\x01\x7f\x00\x00\x01\x00\x01\x00\x02" + good,
			"DNS":                     "\x00\x1d\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x04evil\x00\x00\x01\x00\x01",
			"RTSP":                    "OPTIONS rtsp://127.0.0.1/ RTSP/1.0\r\n\r\n",
			"CONNECT":                 "CONNECT 169.254.169.254:80 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
			"OPTIONS of nothing":      "OPTIONS  HTTP/1.1\r\n\r\n",
			"all bytes":               allBytes(),
			"all bytes in a header":   strings.Replace(good, "\r\n\r\n", "\r\nX: "+allBytes()+"\r\n\r\n", 1),
			"chunk of 2^63":           request("POST", path, "Transfer-Encoding: chunked") + "8000000000000000\r\nx",
			"chunks of a byte":        request("POST", path, "Transfer-Encoding: chunked") + strings.Repeat("1\r\nx\r\n", 20_000) + "0\r\n\r\n",
			"chunk extensions":        request("POST", path, "Transfer-Encoding: chunked") + "1;" + long + "\r\nx\r\n0\r\n\r\n",
			"trailers of 100 KiB":     request("POST", path, "Transfer-Encoding: chunked") + "0\r\n" + many + "\r\n",
			"body of 2^62, announced": request("POST", path, "Content-Length: 4611686018427387904") + "x",
			"body of 200 KiB":         request("POST", path, fmt.Sprintf("Content-Length: %d", 2*len(long))) + long + long,
			"body that ends early":    request("POST", path, "Content-Length: 100") + "x",
		}, func(name string, all []answer) {
			if len(all) > 1 {
				t.Errorf("%s: %d answers: %+v", name, len(all), all)
			}
			for _, a := range all {
				if a.status < 400 {
					t.Errorf("%s: %+v", name, a)
				}
			}
		})
		x.honest(t)
	})
}

func allBytes() string {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return string(b)
}

// TestBodies: what is beyond the bound of a body is refused before it is read,
// and what is within it is not repeated.
func TestBodies(t *testing.T) {
	t.Parallel()
	each(t, onAdmin, func(t *testing.T, x target) {
		for name, tt := range map[string]struct {
			raw    string
			status int
		}{
			"announced":     {request("POST", "/bootstrap/creds", "Content-Length: 65537"), 413},
			"chunked":       {request("POST", "/bootstrap/creds", "Transfer-Encoding: chunked") + "10001\r\n" + strings.Repeat(" ", 65537) + "\r\n0\r\n\r\n", 413},
			"2^62":          {request("POST", "/bootstrap/creds", "Content-Length: 4611686018427387904"), 413},
			"deep":          {body(strings.Repeat("[", 60_000)), 400},
			"deep objects":  {body(strings.Repeat(`{"a":`, 10_000)), 400},
			"no JSON":       {body("\x00\xff"), 400},
			"two documents": {body(planted + planted), 400},
			"byte order":    {body("\xef\xbb\xbf" + planted), 400},
			"a key twice":   {body(`{"AccessKeyId": "AKIAPLANTED00000000", "AccessKeyId": "AKIAPLANTED00000000", "SecretAccessKey": "x"}`), 400},
			"other case":    {body(`{"accesskeyid": "AKIAPLANTED00000000", "secretaccesskey": "plantedSecretKey0123456789"}`), 400},
			"a key more":    {body(strings.TrimSuffix(planted, "}") + `, "x": 1}`), 400},
			"short":         {request("POST", "/bootstrap/creds", "Content-Length: 1000") + planted, 400},
			"gzip":          {request("POST", "/bootstrap/creds", "Content-Encoding: gzip", "Content-Length: 2") + "{}", 415},
		} {
			a := x.one(t, tt.raw)
			if a.status != tt.status || strings.Contains(a.body, "PLANTED") || strings.Contains(a.body, "plantedSecret") {
				t.Errorf("%s: want %d without what was sent: %+v", name, tt.status, a)
			}
		}
		accounted(t, x)
		x.honest(t)
	})
}

func body(s string) string {
	return request("POST", "/bootstrap/creds", fmt.Sprintf("Content-Length: %d", len(s))) + s
}
