package attack

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"
)

// withToken reads the credentials of the role with a session token.
func withToken(token string) string {
	return request("GET", rolePath, "X-aws-ec2-metadata-token: "+token)
}

// TestRow09ForgedTokens: no token but one that was given out opens anything,
// required or not.
func TestRow09ForgedTokens(t *testing.T) {
	t.Parallel()
	each(t, onMetadata, func(t *testing.T, x target) {
		token := x.token(t, "60")
		if a := x.one(t, withToken(token)); a.status != 200 {
			t.Fatalf("the token itself: %+v", a)
		}
		var forged []string
		raw, err := base64.URLEncoding.DecodeString(token)
		if err != nil || len(raw) != 40 {
			t.Fatalf("a token of %d bytes: %v", len(raw), err)
		}
		for bit := range 8 * len(raw) {
			other := append([]byte{}, raw...)
			other[bit/8] ^= 1 << (bit % 8)
			forged = append(forged, base64.URLEncoding.EncodeToString(other))
		}
		for bit := range 8 * len(token) { // of the text too: padding, spare bits, other alphabets
			other := []byte(token)
			if other[bit/8] ^= 1 << (bit % 8); other[bit/8] > ' ' && other[bit/8] != 0x7f {
				forged = append(forged, string(other))
			}
		}
		for n := range len(token) {
			forged = append(forged, token[:n])
		}
		forged = append(
			forged, token+"=", token+"A", token+token, "A"+token, strings.TrimRight(token, "="), base64.StdEncoding.EncodeToString(raw)+"+", strings.ToUpper(token),
			base64.URLEncoding.EncodeToString(make([]byte, 40)), base64.URLEncoding.EncodeToString(append([]byte{1, 0, 4, 0}, make([]byte, 36)...)),
			strings.Repeat("A", 56), "null", "undefined", "..", "' OR 1=1", "AQAEA"+strings.Repeat("A", 51), token[:28]+" "+token[28:], token[:28]+"\t"+token[28:],
		)
		for _, f := range forged {
			if f == token {
				continue
			}
			if a := x.one(t, withToken(f)); a.status != 401 || a.body != "" {
				t.Errorf("forged token %q for %q: %+v", f, token, a)
			}
		}
	})
}

// TestRow09ForeignTokens: tokens of another process and of another instance are
// refused, and no two are alike.
func TestRow09ForeignTokens(t *testing.T) {
	otherLoopbacks(t)
	t.Parallel()
	each(t, onMetadata, func(t *testing.T, x target) {
		two := target{prog: x.prog, name: "instance two", address: x.v4, from: clientTwo}
		if a := x.one(t, withToken(two.token(t, "60"))); a.status != 401 || a.body != "" {
			t.Errorf("a token of another instance: %+v", a)
		}
		if a := two.one(t, withToken(x.token(t, "60"))); a.status != 401 || a.body != "" {
			t.Errorf("a token taken to another instance: %+v", a)
		}
		// The second instance is the same in both processes.
		other := target{prog: keeping, address: keeping.v4, from: clientTwo}
		if x.prog == keeping {
			other = target{prog: closing, address: closing.v4, from: clientTwo}
		}
		if a := two.one(t, withToken(other.token(t, "60"))); a.status != 401 || a.body != "" {
			t.Errorf("a token of another process: %+v", a)
		}
		seen := map[string]bool{}
		for range 100 {
			token := x.token(t, "60")
			if random := token[21:]; seen[random] { // behind expiry and instance
				t.Fatalf("two tokens end in %s", random)
			} else {
				seen[random] = true
			}
		}
	})
}

// TestRow09ExpiredTokens: a token ends, and stays so.
func TestRow09ExpiredTokens(t *testing.T) {
	t.Parallel()
	each(t, onMetadata, func(t *testing.T, x target) {
		token := x.token(t, "1")
		end := time.Now().Add(patience)
		for x.one(t, withToken(token)).status != 401 {
			if time.Now().After(end) {
				t.Fatal("a token of one second does not end")
			}
			time.Sleep(20 * time.Millisecond)
		}
		if a := x.one(t, withToken(token)); a.status != 401 || a.body != "" {
			t.Errorf("an expired token: %+v", a)
		}
	})
}
