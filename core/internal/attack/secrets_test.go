package attack

import (
	"fmt"
	"strings"
	"testing"
)

// TestRow11Secrets puts every secret wherever a careless client might, on
// refused and malformed requests above all, and looks for them in all output.
// TestMain looks again when all attacks are over.
func TestRow11Secrets(t *testing.T) {
	t.Parallel()
	each(t, everywhere, func(t *testing.T, x target) {
		token := target{prog: x.prog, name: x.name, address: x.v4}.token(t, "60")
		secrets := []string{token, adminToken, bootstrapSecret}
		for _, s := range secrets {
			for _, raw := range []string{
				request("GET", rolePath, "X-aws-ec2-metadata-token: "+s),
				request("GET", rolePath, "X-aws-ec2-metadata-token: "+s, "Origin: null"),
				request("GET", rolePath, "X-aws-ec2-metadata-token: "+s, "Host: evil.example"),
				request("GET", rolePath, "X-aws-ec2-metadata-token: "+s, "X-aws-ec2-metadata-token: "+s),
				request("GET", rolePath+"?token="+s),
				request("PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: "+s),
				request("POST", "/bootstrap/creds", "Authorization: Bearer "+s, "Via: x", "Content-Length: 0"),
				request("POST", "/bootstrap/creds", "Authorization: "+s, fmt.Sprintf("Content-Length: %d", len(s))) + s,
				request("POST", "/bootstrap/creds", "Content-Length: 1000") + `{"SecretAccessKey": "` + s,
				request("POST", "/refresh", fmt.Sprintf("Content-Length: %d", len(s)+13)) + `{"Role": "` + s + `"}  `,
				"GET / HTTP/1.1\r\n" + s + "\r\n\r\n", "GET / HTTP/1.1\r\nX-" + s + "\x00: 1\r\n\r\n", s + "\r\n\r\n", s,
				"GET / HTTP/1.1\r\nContent-Length: " + s + "\r\n\r\n", "GET / HTTP/" + s + "\r\n\r\n", "GET / HTTP/1.1\r\nTransfer-Encoding: " + s + "\r\n\r\n",
			} {
				for _, a := range x.send(t, raw) {
					if strings.Contains(a.body, s) || strings.Contains(fmt.Sprint(a.header), s) {
						t.Errorf("the answer to %.40q repeats the secret: %+v", raw, a)
					}
				}
			}
		}
		for _, s := range secrets {
			if strings.Contains(x.out.String(), s) {
				t.Errorf("the output has %q", s)
			}
		}
	})
}

// TestRow10LogFlood: strangers cannot fill the disk: who is refused again and
// again is told of once a minute.
func TestRow10LogFlood(t *testing.T) {
	t.Parallel()
	each(t, everywhere, func(t *testing.T, x target) {
		warnings := func() int { return strings.Count(x.out.String(), "[WARN]") }
		kinds := []string{
			x.readable(t, "Host: evil.example"), x.readable(t, "Origin: null"), x.writable(t, "Sec-Fetch-Site: cross-site"),
			request("GET", "/plugins", "Via: x"), request("POST", "/refresh", "Referer: x"), "GET http://evil.example/ HTTP/1.1\r\n\r\n",
		}
		before := warnings()
		for range 50 {
			for _, raw := range kinds {
				x.send(t, raw)
			}
		}
		// Other tests cause some of their own meanwhile.
		if more := warnings() - before; more > 50 {
			t.Errorf("%d warnings for %d refused requests", more, 50*len(kinds))
		}
	})
}
