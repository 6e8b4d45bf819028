package imds

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

// tokenPath is where tokens are made; the real service accepts no other
// version and no trailing slash there.
const tokenPath = "/latest/api/token" //nolint:gosec // a path, not a token

// answer decides what a request is answered; a reply without a code is none at
// all. The parts of the reply may lie in buf.
func (s *Server) answer(ctx context.Context, o *Options, r *request, c client, buf *buffer) reply {
	if o.Choose == nil {
		if rep, again := s.answerAs(ctx, o, &o.Instance, r, c, buf, nil); !again {
			return rep
		}
	}
	return s.answerChosen(ctx, r, c, buf)
}

// answerAs answers for one instance. It says to ask again when the options have
// been replaced while the request was waiting. Patience is for all its waiting;
// where there is none yet, it says so instead of waiting.
func (s *Server) answerAs(ctx context.Context, o *Options, in *Instance, r *request, c client, buf *buffer, patience *time.Timer) (rep reply, again bool) {
	if in.Settings.EndpointDisabled { // before all else, as the real service does
		return replyForbidden, false
	}
	path, ok := decodeTarget(r.target)
	if !ok && (r.target != "*" || r.method != http.MethodOptions) {
		return replyBadRequest, false
	}
	if !s.allowed(o, r, c.address) {
		return replyForbidden, false
	}
	atToken := path == tokenPath
	switch r.method {
	case http.MethodPut:
		if !atToken {
			return replyForbidden, false
		}
		return mint(in, r, buf), false
	case http.MethodOptions:
		if atToken {
			return replyOptionsToken, false
		}
		return replyOptions, false
	}
	switch {
	case atToken:
		return replyNotAllowedPUT, false
	case r.method == http.MethodGet, r.method == http.MethodHead:
		return s.read(ctx, o, in, r, path, c.address, buf, patience)
	}
	return replyNotAllowed, false
}

// allowed asks the guards against web pages.
func (s *Server) allowed(o *Options, r *request, client netip.Addr) bool {
	if !o.Policy.Host(r.host) {
		if s.refusals.due(refusedHost, client, o.Now()) {
			s.log.Warn("refused a request whose Host header does not name this host; add the name to allowed_hosts to let it in",
				"client", client, "host", strings.ToValidUTF8(r.host, "?"))
		}
		return false
	}
	if r.browser {
		if s.refusals.due(refusedBrowser, client, o.Now()) {
			s.log.Warn("refused a request of a web page: it has an Origin or Sec-Fetch-Site header, and no setting allows that",
				"client", client)
		}
		return false
	}
	return true
}

// mint answers a PUT for a session token.
func mint(in *Instance, r *request, buf *buffer) reply {
	if r.forwarded {
		return replyForbidden
	}
	if r.expects {
		return replyExpectation
	}
	ttl, ok := parseTTL(r.tokenTTL)
	if !ok {
		return replyBadRequest
	}
	in.Tokens.mint(&buf.token, ttl)
	rep := replyMinted
	rep.ttl = int64(ttl / time.Second)
	rep.body = buf.token[:]
	rep.hops = in.Settings.HopLimit
	return rep
}

// read answers a GET or HEAD of a path other than the token's; again is as of
// answerAs.
func (s *Server) read(ctx context.Context, o *Options, in *Instance, r *request, path string, client netip.Addr, buf *buffer, patience *time.Timer) (rep reply, again bool) {
	ttl, ok := authorize(in, r)
	if !ok {
		return replyUnauthorized, false
	}
	rep = replyExpectation
	if !r.expects {
		rep, again = s.content(ctx, o, in, path, client, buf, patience)
	}
	rep.ttl = ttl
	return rep, again
}

// authorize returns how many seconds the request's token still lives, 0 when
// it has none and needs none. A token that is there must be valid, needed or
// not.
func authorize(in *Instance, r *request) (ttl int64, ok bool) {
	switch r.token.lines {
	case 0:
		return 0, !in.Settings.TokensRequired
	case 1:
		remaining, ok := in.Tokens.Check(r.token.value)
		return wholeSeconds(remaining), ok
	}
	return 0, false
}
