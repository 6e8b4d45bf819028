package attack

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// planted are somebody else's credentials, as a bootstrap body.
const planted = `{"AccessKeyId": "AKIAPLANTED00000000", "SecretAccessKey": "plantedSecretKey0123456789"}`

// accounted fails when planted credentials have been taken, or a reload, which
// no test of the shared programs asks for in earnest.
func accounted(t *testing.T, x target) {
	t.Helper()
	for _, sign := range []string{"AKIAPLANTED", "reload asked for"} {
		if strings.Contains(x.out.String(), sign) {
			t.Errorf("something was changed: %q is in the log", sign)
		}
	}
}

// TestRow16CSRF: no web page changes anything, whichever way browsers let it
// ask: each has a header that no page can leave out.
func TestRow16CSRF(t *testing.T) {
	t.Parallel()
	bodies := map[string]string{
		"Content-Type: text/plain":                        planted,
		"Content-Type: application/json":                  planted,
		"Content-Type: application/x-www-form-urlencoded": planted,
		"Content-Type: multipart/form-data; boundary=x":   "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n" + planted + "\r\n--x--",
		"Accept: */*": planted,
	}
	each(t, onAdmin, func(t *testing.T, x target) {
		for _, page := range []string{
			"Origin: http://evil.example", "Origin: null", "Origin:", "Origin: http://localhost", "origin: http://" + x.address,
			"Referer: http://evil.example/", "Referer:", "Referer: http://" + x.address + "/",
			"Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Sec-Fetch-Site: same-origin", "Sec-Fetch-Site:",
			"Sec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site", "Sec-Fetch-Site: NONE",
		} {
			for kind, body := range bodies {
				for _, path := range []string{"/bootstrap/creds", "/refresh", "/reload", "/forget"} {
					raw := request("POST", path, page, kind, fmt.Sprintf("Content-Length: %d", len(body))) + body
					if a := x.one(t, raw); a.status != 403 {
						t.Errorf("POST %s, %s, %s: %+v", path, page, kind, a)
					}
				}
			}
			// The bearer token does not make a page welcome either.
			if a := x.one(t, request("POST", "/bootstrap/creds", page, "Authorization: Bearer "+adminToken, fmt.Sprintf("Content-Length: %d", len(planted)))+planted); a.status != 403 {
				t.Errorf("%s with the token: %+v", page, a)
			}
		}
		// Types that a page may send without asking first are refused even
		// where a browser is so old that it tells nothing of itself.
		for _, kind := range []string{"text/plain", "text/plain;charset=UTF-8", "multipart/form-data; boundary=x", "", "application/json, text/plain", "application/json\r\nContent-Type: text/plain"} {
			raw := request("POST", "/bootstrap/creds", "Content-Type: "+kind, fmt.Sprintf("Content-Length: %d", len(planted))) + planted
			if a := x.one(t, raw); a.status != 415 {
				t.Errorf("Content-Type %q: %+v", kind, a)
			}
		}
		accounted(t, x)
		x.honest(t)
	})
}

// TestRow16GetChangesNothing: no action is carried out by GET or HEAD, whatever
// a request calls its method besides.
func TestRow16GetChangesNothing(t *testing.T) {
	t.Parallel()
	each(t, onAdmin, func(t *testing.T, x target) {
		for _, path := range []string{"/bootstrap/creds", "/refresh", "/reload", "/forget"} {
			for _, method := range []string{"GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "post"} {
				raw := request(method, path+"?_method=POST", "X-HTTP-Method-Override: POST", "X-HTTP-Method: POST", "X-Method-Override: POST", fmt.Sprintf("Content-Length: %d", len(planted))) + planted
				if a := x.one(t, raw); a.status != 405 {
					t.Errorf("%s %s: %+v", method, path, a)
				}
			}
		}
		accounted(t, x)
	})
}

// TestRow04Proxied: what came through a proxy of this host is no local client,
// although its connection comes from here.
func TestRow04Proxied(t *testing.T) {
	t.Parallel()
	each(t, onAdmin, func(t *testing.T, x target) {
		for _, line := range []string{"X-Forwarded-For: 192.0.2.1", "x-forwarded-for: 127.0.0.1", "X-Forwarded-For:", "Forwarded: for=127.0.0.1", "X-Real-IP: 127.0.0.1", "Via: 1.1 proxy"} {
			for _, path := range []string{"/plugins", "/credentials", "/none", "/"} {
				if a := x.one(t, request("GET", path, line)); a.status != 401 || strings.Contains(a.body, "plugins") {
					t.Errorf("GET %s, %s: %+v", path, line, a)
				}
			}
			raw := request("POST", "/bootstrap/creds", line, fmt.Sprintf("Content-Length: %d", len(planted))) + planted
			if a := x.one(t, raw); a.status != 401 {
				t.Errorf("POST, %s: %+v", line, a)
			}
			if a := x.one(t, request("GET", "/status", line)); a.status != 200 || a.body != "true" {
				t.Errorf("GET /status, %s: %+v", line, a)
			}
			if a := x.one(t, request("GET", "/plugins", line, "Authorization: Bearer "+adminToken)); a.status != 200 {
				t.Errorf("with the token, %s: %+v", line, a)
			}
		}
		accounted(t, x)
	})
}

// TestRow15Fixation: who is not local hands over no credentials without the
// whole token. (That other hosts are not local: TestRow15RemoteFixation.)
func TestRow15Fixation(t *testing.T) {
	t.Parallel()
	each(t, onAdmin, func(t *testing.T, x target) {
		for _, auth := range []string{
			"Bearer", "Bearer ", "Bearer wrong", "Bearer " + adminToken[:31], "Bearer " + adminToken + "x", "Bearer  " + adminToken,
			"Bearer " + strings.ToUpper(adminToken), "Basic " + adminToken, adminToken, "Bearer " + adminToken + ", Bearer " + adminToken,
			"Bearer " + adminToken + "\r\nAuthorization: Bearer " + adminToken, "Token " + adminToken, "Bearer \"" + adminToken + "\"",
		} {
			raw := request("POST", "/bootstrap/creds", "Via: x", "Authorization: "+auth, fmt.Sprintf("Content-Length: %d", len(planted))) + planted
			if a := x.one(t, raw); a.status != 401 || a.header.Get("WWW-Authenticate") != "Bearer" {
				t.Errorf("Authorization: %s: %+v", auth, a)
			}
		}
		for _, raw := range []string{
			request("POST", "/bootstrap/creds?token="+adminToken, "Via: x", "Content-Length: 2") + "{}",
			request("POST", "/bootstrap/creds", "Via: x", "Cookie: token="+adminToken, "X-Token: "+adminToken, "Content-Length: 2") + "{}",
			request("POST", "/bootstrap/creds", "Via: x", "Proxy-Authorization: Bearer "+adminToken, "Content-Length: 2") + "{}",
		} {
			if a := x.one(t, raw); a.status != 401 {
				t.Errorf("%.80q: %+v", raw, a)
			}
		}
		accounted(t, x)
	})
}

// TestRow17CORS: no answer, to whatever question, lets a web page read it. The
// header is looked for in every answer of every test of this package.
func TestRow17CORS(t *testing.T) {
	t.Parallel()
	each(t, everywhere, func(t *testing.T, x target) {
		for _, path := range []string{"/", rolePath, "/latest/api/token", "/status", "/bootstrap/creds", "*"} {
			for _, lines := range [][]string{
				{"Origin: http://evil.example", "Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: x-aws-ec2-metadata-token"},
				{"Access-Control-Request-Method: GET", "Access-Control-Request-Private-Network: true"},
				{},
			} {
				a := x.one(t, request("OPTIONS", path, lines...))
				if len(lines) > 0 && strings.HasPrefix(lines[0], "Origin") && a.status != http.StatusForbidden {
					t.Errorf("a page's preflight of %s: %+v", path, a)
				}
			}
		}
		for _, a := range []answer{x.one(t, x.readable(t)), x.one(t, x.readable(t, "Origin: null"))} {
			if a.header.Get("Vary") != "" || a.header.Get("Timing-Allow-Origin") != "" {
				t.Errorf("the answer speaks to browsers: %+v", a)
			}
		}
	})
}

// TestRow01WebPages: what browsers cannot leave out is refused on reads
// too (row 1), and headers that only look so are not.
func TestRow01WebPages(t *testing.T) {
	t.Parallel()
	each(t, everywhere, func(t *testing.T, x target) {
		for _, line := range []string{
			"Origin: http://evil.example", "Origin: null", "Origin: http://169.254.169.254", "Origin:", "Sec-Fetch-Site: cross-site",
			"Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: none, cross-site", "Sec-Fetch-Site: \"none\"", "sec-fetch-site:cross-site", "Origin: x\r\nOrigin: y",
		} {
			if a := x.one(t, x.readable(t, line)); a.status != 403 {
				t.Errorf("%s: %+v", line, a)
			}
			if a := x.one(t, x.writable(t, line)); a.status != 403 {
				t.Errorf("writing, %s: %+v", line, a)
			}
		}
		for _, line := range []string{"Sec-Fetch-Site: none", "User-Agent: Mozilla/5.0", "Sec-Fetch-Mode: navigate"} {
			if a := x.one(t, x.readable(t, line)); a.status != 200 {
				t.Errorf("%s: %+v", line, a)
			}
		}
	})
}
