package attack

import (
	"strings"
	"testing"
)

// TestRow07SSRF: a server that is made to fetch for others sends X-Forwarded-For
// or cannot send PUT: it gets no session token.
func TestRow07SSRF(t *testing.T) {
	t.Parallel()
	const at, ttl = "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 60"
	each(t, onMetadata, func(t *testing.T, x target) {
		for _, line := range []string{"X-Forwarded-For: 192.0.2.1", "x-forwarded-for:127.0.0.1", "X-FORWARDED-FOR:", "X-Forwarded-For: unknown, 127.0.0.1"} {
			if a := x.one(t, request("PUT", at, ttl, line)); a.status != 403 || a.body != "" {
				t.Errorf("%s: %+v", line, a)
			}
		}
		for _, method := range []string{"GET", "HEAD", "POST", "DELETE", "PATCH", "TRACE", "PROPFIND", "put", "Put"} {
			lines := []string{ttl, "X-HTTP-Method-Override: PUT", "X-HTTP-Method: PUT", "X-Method-Override: PUT", "Content-Length: 0"}
			if a := x.one(t, request(method, at+"?_method=PUT", lines...)); a.status != 405 || a.body != "" {
				t.Errorf("%s: %+v", method, a)
			}
		}
		for _, path := range []string{"/latest/api/token/", "//latest/api/token", "/latest//api/token", "/2021-07-15/api/token", "/latest/API/token", "/latest/api/./token", "/latest/x/../api/token", "/api/token"} {
			if a := x.one(t, request("PUT", path, ttl)); a.status != 403 || a.body != "" {
				t.Errorf("PUT %s: %+v", path, a)
			}
		}
		for _, bad := range []string{"0", "21601", "-1", "+60", "6e1", "60s", "0x3c", "99999999999999999999999", "", "60, 60", "60\r\n" + ttl} {
			if a := x.one(t, request("PUT", at, "X-aws-ec2-metadata-token-ttl-seconds: "+bad)); a.status != 400 || a.body != "" {
				t.Errorf("TTL %q: %+v", bad, a)
			}
		}
	})
}

// TestRow08Tokenless: where tokens are required no path answers without one,
// whatever else a request has.
func TestRow08Tokenless(t *testing.T) {
	t.Parallel()
	each(t, func(x target) bool { return !x.admin && x.tokensRequired }, func(t *testing.T, x target) {
		token := x.token(t, "60")
		for _, path := range []string{
			"/", "/latest", "/latest/", "/latest/meta-data/", idPath, idPath + "/", rolePath, "//latest//meta-data//iam//security-credentials//" + role,
			"/latest/meta-data/iam/info", "/1.0/meta-data/instance-id", "/2021-07-15/meta-data/", "/latest/user-data", "/none", "/latest/api/", idPath + "?token=" + token,
			"/latest/meta-data/instance%2did", "/%6catest/meta-data/instance-id",
		} {
			for _, line := range []string{
				"Accept: */*", "X-aws-ec2-metadata-token:", "X_aws_ec2_metadata_token: " + token, "X-aws-ec2-metadata-tokens: " + token,
				"aws-ec2-metadata-token: " + token, "Authorization: Bearer " + token, "Cookie: X-aws-ec2-metadata-token=" + token,
				"X-aws-ec2-metadata-token: " + token + "\r\nX-aws-ec2-metadata-token: " + token,
				"X-aws-ec2-metadata-token: " + token + ", " + token, "X-aws-ec2-metadata-token: \"" + token + "\"",
				"X-aws-ec2-metadata-token: Bearer " + token, "X-aws-ec2-metadata-token: " + strings.ToLower(token),
			} {
				for _, method := range []string{"GET", "HEAD"} {
					if a := x.one(t, request(method, path, line)); a.status != 401 || a.body != "" {
						t.Errorf("%s %s with %.40s: %+v", method, path, line, a)
					}
				}
			}
			// Not even half of one: a colon too far, a line that goes on.
			for _, line := range []string{"X-aws-ec2-metadata-token : " + token, " X-aws-ec2-metadata-token: " + token, "X-aws-ec2-metadata-token:\r\n " + token} {
				if a := x.one(t, request("GET", path, line)); a.status != 400 {
					t.Errorf("%s with %.40q: %+v", path, line, a)
				}
			}
		}
	})
}
