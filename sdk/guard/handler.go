package guard

import (
	"io"
	"net"
	"net/http"
	"net/netip"
)

// What a refused client is told. Nothing of the request is repeated.
const (
	refusedPeer    = "refused: this client is not local; add its address to allowed_clients of this listener to let it in"
	refusedTarget  = "refused: the request target must be a path; this listener is no proxy"
	refusedHost    = "refused: the Host header does not name this host; add the name to allowed_hosts of this listener, or use an address"
	refusedBrowser = "refused: web pages may not ask this listener (Origin or Sec-Fetch-Site is set); no setting allows it"
)

// Handler returns a handler that passes to next only what the whole policy
// allows: the peer, the Host header, and no web page. All else is answered
// with 403 and a line of plain text that names the guard and the setting that
// mends it. It must be the outermost handler of a [http.Server], and no proxy
// may stand before it: every request through a local proxy comes from a local
// peer.
func (p *Policy) Handler(next http.Handler) http.Handler {
	web := p.Web(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !p.Peer(RequestAddrs(r)) {
			refuse(w, refusedPeer)
			return
		}
		web.ServeHTTP(w, r)
	})
}

// Web is [Policy.Handler] without the question about the peer, for a listener
// that some requests may reach from anywhere.
func (p *Policy) Web(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		// net/http takes r.Host from an absolute target and forgets the
		// header, so the Host guard would look at the wrong value.
		case r.URL.Host != "" || r.URL.Scheme != "":
			refuse(w, refusedTarget)
		case !p.Host(r.Host):
			refuse(w, refusedHost)
		case Browser(r.Header):
			refuse(w, refusedBrowser)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// RequestAddrs returns the two addresses of the connection that r came over,
// as [Policy.Peer] takes them; the zero Addr where there is none. It needs the
// context of a request that a [http.Server] made.
func RequestAddrs(r *http.Request) (remote, local netip.Addr) {
	if ap, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		remote = plain(ap.Addr())
	}
	if a, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		local = Addr(a)
	}
	return remote, local
}

// refuse closes the connection too: what else the client sent is not read.
func refuse(w http.ResponseWriter, text string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Connection", "close")
	w.WriteHeader(http.StatusForbidden)
	_, _ = io.WriteString(w, text+"\n")
}
