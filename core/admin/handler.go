package admin

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/mockmd/mockmd/sdk/guard"
)

// The paths of the listener itself, without the leading slash.
const (
	status   = "status"
	healthz  = "healthz"
	readyz   = "readyz"
	overview = "plugins"
	reload   = "reload"
)

// wellKnown is an action that the listener documents whichever plugin has it.
const wellKnown = "bootstrap/creds"

// What refused clients are told. Nothing of the request is repeated.
const (
	refusedTarget   = "the request target must be a path: this listener is no proxy"
	refusedHost     = "the Host header does not name this host: add the name to allowed_hosts of the admin block, or use an address"
	refusedBrowser  = "web pages may not ask this listener (Origin or Sec-Fetch-Site is set): no setting allows it"
	refusedReferer  = "web pages may not change anything here (Referer is set): no setting allows it"
	refusedPeer     = "this client is not local: set token_file in the admin block and send the token as \"Authorization: Bearer TOKEN\", or add the client's address to allowed_clients"
	refusedToken    = "this client is not local: send the token of token_file as \"Authorization: Bearer TOKEN\""
	refusedNoAction = "no plugin offers " + wellKnown + ": add a plugin \"iam\" block"
)

// refusedKey is of what the log tells once a minute.
type refusedKey struct {
	reason string
	from   netip.Addr
}

// serve answers one request. Listening ends when the listener closes for good.
func (s *Server) serve(listening context.Context, w http.ResponseWriter, r *http.Request) {
	a := s.answer(listening, s.options.Load(), w, r)
	if a.reason != "" {
		// Anybody can cause this line: one a minute is enough to find the mistake.
		if remote, _ := guard.RequestAddrs(r); s.refused.Due(refusedKey{a.reason, remote}, time.Now()) {
			s.log.Warn("request refused", "reason", a.reason, "client", client(r), "status", a.status)
		}
	}
	a.write(w)
}

// client is who asks, for the log. Those of a Unix socket have no address.
func client(r *http.Request) string {
	if remote, _ := guard.RequestAddrs(r); remote.IsValid() {
		return remote.String()
	}
	return "unix"
}

// answer asks the guards, each before anything that it guards.
func (s *Server) answer(listening context.Context, o *Options, w http.ResponseWriter, r *http.Request) answer {
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	// net/http takes r.Host from an absolute target and forgets the header,
	// so the Host guard would look at the wrong value.
	case r.URL.Host != "" || r.URL.Scheme != "":
		return refusal(http.StatusForbidden, "absolute target", refusedTarget)
	case !o.Policy.Host(r.Host):
		return refusal(http.StatusForbidden, "host", refusedHost)
	case guard.Browser(r.Header):
		return refusal(http.StatusForbidden, "web page", refusedBrowser)
	case !reads && len(r.Header["Referer"]) > 0:
		return refusal(http.StatusForbidden, "referer", refusedReferer)
	}
	name, rooted := strings.CutPrefix(r.URL.Path, "/")
	open := reads && rooted && (name == status || name == healthz || name == readyz)
	trusted := o.trusts(r)
	switch {
	case open || trusted:
	case len(o.Token) == 0:
		return refusal(http.StatusForbidden, "peer", refusedPeer)
	default:
		return refusal(http.StatusUnauthorized, "token", refusedToken)
	}
	if !rooted {
		return failure(http.StatusNotFound, s.directions())
	}
	switch name {
	case status, healthz, readyz:
		if !reads {
			return notAllowed("GET, HEAD")
		}
		return s.state(name, trusted)
	case overview:
		if !reads {
			return notAllowed("GET, HEAD")
		}
		return ok(encode(s.backend.Overview()))
	case reload:
		return s.reload(listening, w, r)
	}
	return s.action(listening, w, r, name)
}

// trusts says whether a request may do more than read the state: its peer is
// local, or it has the token. What came through a proxy has no local peer,
// whatever the socket says.
func (o *Options) trusts(r *http.Request) bool {
	if bearer(r.Header, o.Token) {
		return true
	}
	for _, name := range [...]string{"X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via"} {
		if len(r.Header[name]) > 0 {
			return false
		}
	}
	if on, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok && on.Network() == "unix" {
		return true // the mode of the socket has let it in
	}
	return o.Policy.Peer(guard.RequestAddrs(r))
}

// state answers for the paths that anyone may ask. What is wrong is told only
// to those who are trusted: it names roles and endpoints.
func (s *Server) state(name string, trusted bool) answer {
	switch name {
	case status:
		return ok(encode(s.backend.Status()))
	case healthz:
		return ok(encode(true))
	}
	ready := s.backend.Ready()
	out := map[string]any{"ready": ready}
	var problems []string
	if !ready {
		problems = s.backend.Problems()
	}
	if failed := s.backend.ReloadError(); failed != "" { // what was served before still is
		problems = append(problems, "the last reload failed: "+failed)
	}
	if trusted && len(problems) > 0 {
		out["problems"] = problems
	}
	if !ready {
		return answer{status: http.StatusServiceUnavailable, body: encode(out)}
	}
	return ok(encode(out))
}

func notAllowed(allow string) answer {
	a := failure(http.StatusMethodNotAllowed, "this path takes "+strings.ReplaceAll(allow, ",", " and"))
	a.allow = allow
	return a
}

// directions lists what there is.
func (s *Server) directions() string {
	var b strings.Builder
	b.WriteString("there is no such path: GET /status, GET /healthz, GET /readyz, GET /plugins, POST /reload")
	for _, a := range s.backend.Actions() {
		b.WriteString(", " + a.method() + " /" + a.Name)
	}
	return b.String()
}

func (a Action) method() string {
	if a.ReadOnly {
		return http.MethodGet
	}
	return http.MethodPost
}
