package admin

import (
	"context"
	"net/http"
)

// reload has the daemon read its configuration anew. Whoever may change the
// credentials may ask for it; what is read is what lies on the disk, so there
// is nothing to send.
func (s *Server) reload(listening context.Context, w http.ResponseWriter, r *http.Request) answer {
	if r.Method != http.MethodPost {
		return notAllowed("POST")
	}
	body, refused := readBody(w, r)
	switch {
	case refused != nil:
		return *refused
	case len(body) > 0:
		return failure(http.StatusBadRequest, "a reload takes no body: the configuration is read from the daemon's own file")
	}
	s.log.Info("reload asked for", "client", client(r))
	ctx, done := patiently(listening, w, r, true)
	told := s.backend.Reload(ctx)
	done()
	switch {
	case told == nil:
		return failure(http.StatusServiceUnavailable, "the daemon is stopping")
	case !told.Reloaded:
		return answer{status: http.StatusUnprocessableEntity, body: encode(told)}
	}
	return ok(encode(told))
}
