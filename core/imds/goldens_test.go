package imds

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// golden is a request and its whole answer, byte for byte.
//
// In a request $TOKEN stands for a session token of 21600 s, $FOREIGN for one of
// another instance and $LOWERED for $TOKEN in lower case. $TOKEN at the end of an
// answer stands for a token that was made.
type golden struct {
	name     string
	settings Settings
	later    time.Duration // since the tokens were made
	request  string
	want     string
}

// runGoldens asks for each over sockets of both families.
func runGoldens(t *testing.T, tree Tree, goldens []golden) {
	t.Helper()
	seen := map[string]bool{}
	for _, g := range goldens {
		if seen[g.name] {
			t.Errorf("two cases are called %q", g.name)
		}
		seen[g.name] = true
		for _, network := range []string{"tcp4", "tcp6"} {
			t.Run(network+"/"+g.name, func(t *testing.T) {
				t.Parallel()
				g.check(t, tree, network)
			})
		}
	}
}

func (g golden) check(t *testing.T, tree Tree, network string) {
	t.Helper()
	f := newFixture(func(o *Options) { o.View, o.Settings = tree, g.settings })
	token := f.tokens.Mint(MaxTTL)
	foreign := NewTokens([]byte("0123456789abcdef"), "i-2", f.clock.now).Mint(MaxTTL)
	f.clock.Add(int64(g.later))
	names := strings.NewReplacer("$TOKEN", token, "$FOREIGN", foreign, "$LOWERED", strings.ToLower(token))
	got := exchange(t, f.listen(t, network, nil), names.Replace(g.request))
	want := g.want
	if before, found := strings.CutSuffix(want, "$TOKEN"); found {
		minted := body(got)
		if _, valid := f.tokens.Check(minted); !valid || len(minted) != 56 || !strings.HasPrefix(minted, "AQAEA") || !strings.HasSuffix(minted, "==") || minted == token {
			t.Errorf("the body is no new token: %q", minted)
		}
		if _, valid := f.tokens.Check(token); !valid && g.later < MaxTTL {
			t.Error("the token of before is not valid any more")
		}
		want = before + minted
	}
	if got != want {
		t.Errorf("%q\n got %q\nwant %q", g.request, got, want)
	}
}

// The answers of the real service as text.

// content is a 200 with a value: RFC 1123 date in Last-Modified, and the
// token's remaining seconds unless ttl is 0.
func content(ttl int, contentType, modified, value string) string {
	return ok + lifeLine(ttl) + "Content-Type: " + contentType + "\r\nAccept-Ranges: none\r\nLast-Modified: " + modified +
		"\r\nContent-Length: " + strconv.Itoa(len(value)) + "\r\n" + testDate + tail + "\r\n" + value
}

// plainText is a 200 with a plain value, to a request without a token.
func plainText(value string) string {
	return content(0, "text/plain", "Mon, 02 Oct 2023 14:05:18 GMT", value)
}

// headOnly is an answer without its body, as to HEAD.
func headOnly(answer string) string {
	head, _, _ := strings.Cut(answer, "\r\n\r\n")
	return head + "\r\n\r\n"
}

func lifeLine(ttl int) string {
	if ttl == 0 {
		return ""
	}
	return ttlName + strconv.Itoa(ttl) + "\r\n"
}

// minted is the answer with a new token.
func minted(ttl int) string {
	return ok + lifeLine(ttl) + "Content-Length: 56\r\n" + testDate + tail + "Content-Type: text/plain\r\n\r\n$TOKEN"
}

// empty is an answer without a body.
func empty(status string) string { return "HTTP/1.1 " + status + "\r\n" + emptyTail }

// allowing is an empty answer that says which methods there are.
func allowing(status, methods string) string {
	return "HTTP/1.1 " + status + "\r\nAllow: " + methods + "\r\n" + emptyTail
}

// missing is the 404 to a request whose token has ttl left; 0 is no token.
func missing(ttl int) string {
	return "HTTP/1.1 404 Not Found\r\n" + lifeLine(ttl) + "Content-Type: text/html\r\nContent-Length: 339\r\n" + testDate + tail + "\r\n" + page404
}

// unexpected is the 417.
func unexpected(ttl int) string {
	return "HTTP/1.1 417 Expectation Failed\r\n" + lifeLine(ttl) + "Content-Type: text/html\r\nContent-Length: 357\r\n" + testDate + tail + "\r\n" +
		strings.ReplaceAll(page404, "404 - Not Found", "417 - Expectation Failed")
}

var (
	badRequest = empty("400 Bad Request")
	needsToken = empty("401 " + http.StatusText(http.StatusUnauthorized))
	forbidden  = empty("403 Forbidden")
	notAllowed = allowing("405 Not Allowed", "GET, HEAD, OPTIONS")
	onlyPUT    = allowing("405 Not Allowed", "OPTIONS, PUT")
)
