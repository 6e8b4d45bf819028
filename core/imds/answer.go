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

// answer decides what a request is answered; a reply without a code is none at
// all. The parts of the reply may lie in buf.
func (s *Server) answer(ctx context.Context, o *Options, r *http.Request, c client, buf *buffer) reply {
	if o.Choose == nil {
		if rep, again := s.answerAs(ctx, o, &o.Instance, r, c, buf, nil); !again {
			return rep
		}
	}
	return s.answerChosen(ctx, r, c, buf)
}

// answerAs answers for one instance. It says to ask again when the options have
// been replaced while the request was waiting; patience is for all its waiting,
// and nil is none that has begun.
func (s *Server) answerAs(ctx context.Context, o *Options, in *Instance, r *http.Request, c client, buf *buffer, patience *time.Timer) (rep reply, again bool) {
	if in.Settings.EndpointDisabled { // before all else, as the real service does
		return replyForbidden, false
	}
	path, ok := decodeTarget(r.RequestURI)
	if !ok && (r.RequestURI != "*" || r.Method != http.MethodOptions) {
		return replyBadRequest, false
	}
	if !s.allowed(o, r, c.address) {
		return replyForbidden, false
	}
	atToken := path == tokenPath
	switch r.Method {
	case http.MethodPut:
		if !atToken {
			return replyForbidden, false
		}
		return mint(in, r.Header, buf), false
	case http.MethodOptions:
		if atToken {
			return replyOptionsToken, false
		}
		return replyOptions, false
	}
	switch {
	case atToken:
		return replyNotAllowedPUT, false
	case r.Method == http.MethodGet, r.Method == http.MethodHead:
		return s.read(ctx, o, in, r.Header, path, c.address, buf, patience)
	}
	return replyNotAllowed, false
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
func mint(in *Instance, h http.Header, buf *buffer) reply {
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
	in.Tokens.mint(&buf.token, ttl)
	r := replyMinted
	r.ttl = int64(ttl / time.Second)
	r.body = buf.token[:]
	r.hops = in.Settings.HopLimit
	return r
}

// read answers a GET or HEAD of a path other than the token's; again is as of
// answerAs.
func (s *Server) read(ctx context.Context, o *Options, in *Instance, h http.Header, path string, client netip.Addr, buf *buffer, patience *time.Timer) (r reply, again bool) {
	ttl, ok := authorize(in, h)
	if !ok {
		return replyUnauthorized, false
	}
	r = replyExpectation
	if _, expects := h[headerExpect]; !expects {
		r, again = s.content(ctx, o, in, path, client, buf, patience)
	}
	r.ttl = ttl
	return r, again
}

// authorize returns how many seconds the request's token still lives, 0 when
// it has none and needs none. A token that is there must be valid, needed or
// not.
func authorize(in *Instance, h http.Header) (ttl int64, ok bool) {
	tokens, given := h[headerToken]
	if !given {
		return 0, !in.Settings.TokensRequired
	}
	if len(tokens) != 1 {
		return 0, false
	}
	remaining, ok := in.Tokens.Check(tokens[0])
	return wholeSeconds(remaining), ok
}
