package imds

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/mockmd/mockmd/sdk/guard"
)

// Header names as http.ReadRequest spells them.
const (
	headerToken    = "X-Aws-Ec2-Metadata-Token"             //nolint:gosec // a name, not a token
	headerTokenTTL = "X-Aws-Ec2-Metadata-Token-Ttl-Seconds" //nolint:gosec // a name, not a token
	headerForward  = "X-Forwarded-For"
	headerExpect   = "Expect"
)

// tokenPath is where tokens are made; the real service accepts no other
// version and no trailing slash there.
const tokenPath = "/latest/api/token" //nolint:gosec // a path, not a token

// answer decides what a request is answered. The parts of the reply may lie in
// buf.
func (s *Server) answer(ctx context.Context, o *Options, r *http.Request, client netip.Addr, buf *buffer) reply {
	if o.Settings.EndpointDisabled { // before all else, as the real service does
		return replyForbidden
	}
	path, ok := decodeTarget(r.RequestURI)
	if !ok && (r.RequestURI != "*" || r.Method != http.MethodOptions) {
		return replyBadRequest
	}
	if !s.allowed(o, r, client) {
		return replyForbidden
	}
	atToken := path == tokenPath
	switch r.Method {
	case http.MethodPut:
		if !atToken {
			return replyForbidden
		}
		return mint(o, r.Header, buf)
	case http.MethodOptions:
		if atToken {
			return replyOptionsToken
		}
		return replyOptions
	}
	switch {
	case atToken:
		return replyNotAllowedPUT
	case r.Method == http.MethodGet, r.Method == http.MethodHead:
		return s.read(ctx, o, r.Header, path, client, buf)
	}
	return replyNotAllowed
}

// allowed asks the guards against web pages.
func (s *Server) allowed(o *Options, r *http.Request, client netip.Addr) bool {
	if !o.Policy.Host(r.Host) {
		if s.refusals.due(refusedHost, client, o.Now()) {
			s.log.Warn("refused a request whose Host header does not name this host; add the name to allowed_hosts to let it in",
				"client", client, "host", strings.ToValidUTF8(r.Host, "?"))
		}
		return false
	}
	if guard.Browser(r.Header) {
		if s.refusals.due(refusedBrowser, client, o.Now()) {
			s.log.Warn("refused a request of a web page: it has an Origin or Sec-Fetch-Site header, and no setting allows that",
				"client", client)
		}
		return false
	}
	return true
}

// mint answers a PUT for a session token.
func mint(o *Options, h http.Header, buf *buffer) reply {
	if _, forwarded := h[headerForward]; forwarded {
		return replyForbidden
	}
	if _, expects := h[headerExpect]; expects {
		return replyExpectation
	}
	ttl, ok := parseTTL(h[headerTokenTTL])
	if !ok {
		return replyBadRequest
	}
	o.Tokens.mint(&buf.token, ttl)
	r := replyMinted
	r.ttl = int64(ttl / time.Second)
	r.body = buf.token[:]
	r.hops = o.Settings.HopLimit
	return r
}

// read answers a GET or HEAD of a path other than the token's.
func (s *Server) read(ctx context.Context, o *Options, h http.Header, path string, client netip.Addr, buf *buffer) reply {
	ttl, ok := authorize(o, h)
	if !ok {
		return replyUnauthorized
	}
	r := replyExpectation
	if _, expects := h[headerExpect]; !expects {
		r = s.content(ctx, o, path, client, buf)
	}
	r.ttl = ttl
	return r
}

// authorize returns how many seconds the request's token still lives, 0 when
// it has none and needs none. A token that is there must be valid, needed or
// not.
func authorize(o *Options, h http.Header) (ttl int64, ok bool) {
	tokens, given := h[headerToken]
	if !given {
		return 0, !o.Settings.TokensRequired
	}
	if len(tokens) != 1 {
		return 0, false
	}
	remaining, ok := o.Tokens.Check(tokens[0])
	return wholeSeconds(remaining), ok
}
