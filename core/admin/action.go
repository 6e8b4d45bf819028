package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/mockmd/mockmd/sdk"
)

// action answers a request for an action.
func (s *Server) action(listening context.Context, w http.ResponseWriter, r *http.Request, name string) answer {
	a, found := s.find(name)
	switch {
	case !found && name == wellKnown:
		return failure(http.StatusNotFound, refusedNoAction)
	case !found:
		return failure(http.StatusNotFound, s.directions())
	case a.ReadOnly && r.Method != http.MethodGet && r.Method != http.MethodHead:
		return notAllowed("GET, HEAD")
	case !a.ReadOnly && r.Method != http.MethodPost:
		return notAllowed("POST")
	}
	var body []byte
	if !a.ReadOnly {
		var refused *answer
		if body, refused = readBody(w, r); refused != nil {
			return *refused
		}
	}
	return s.act(listening, w, r, a, body)
}

func (s *Server) find(name string) (Action, bool) {
	for _, a := range s.backend.Actions() {
		if a.Name == name {
			return a, true
		}
	}
	return Action{}, false
}

// readBody reads the body of a write.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, *answer) {
	if !isJSON(r.Header) {
		a := failure(http.StatusUnsupportedMediaType, "the body must be plain JSON: send \"Content-Type: application/json\", or neither that nor a Content-Encoding")
		return nil, &a
	}
	tooLarge := failure(http.StatusRequestEntityTooLarge, fmt.Sprintf("the body may have %d bytes", sdk.MaxAction))
	if r.ContentLength > sdk.MaxAction {
		return nil, &tooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, sdk.MaxAction))
	if _, tooLong := errors.AsType[*http.MaxBytesError](err); tooLong {
		return nil, &tooLarge
	}
	if err != nil {
		a := failure(http.StatusBadRequest, "the body did not arrive whole")
		return nil, &a
	}
	return body, nil
}

// isJSON says whether a body may be JSON by its headers. Saying nothing is
// allowed, and so is what curl -d says by itself: a web form of that type
// escapes quotes and braces, so no page can make JSON of it. The other types
// that a page can send without asking first are not.
func isJSON(h http.Header) bool {
	if len(h["Content-Encoding"]) > 0 {
		return false
	}
	switch types := h["Content-Type"]; len(types) {
	case 0:
		return true
	case 1:
		mediaType, _, err := mime.ParseMediaType(types[0])
		return err == nil && (mediaType == "application/json" || mediaType == "application/x-www-form-urlencoded")
	default:
		return false
	}
}

// act carries out an action. A write goes on when its caller goes away: it
// would else stop half way. The time is the backend's to bound.
func (s *Server) act(listening context.Context, w http.ResponseWriter, r *http.Request, a Action, body []byte) answer {
	ctx, done := patiently(listening, w, r, !a.ReadOnly)
	out, err := s.backend.Act(ctx, a.Name, body)
	done()

	answer := s.outcome(a, out, err)
	args := []any{"action", a.Name, "plugin", a.Plugin, "client", client(r), "status", answer.status}
	switch {
	case err != nil:
		s.log.Warn("action failed", append(args, "error", err)...)
	case a.ReadOnly:
		s.log.Debug("action carried out", args...)
	default:
		s.log.Info("action carried out", args...)
	}
	return answer
}

// patiently lets a request take its time until done is called: the
// connection's deadlines wait for it. The context of a write goes on when its
// caller goes away.
func patiently(listening context.Context, w http.ResponseWriter, r *http.Request, write bool) (ctx context.Context, done func()) {
	ctx = r.Context()
	idle := busy(ctx)
	cancel := func() {}
	if write {
		var stop context.CancelFunc
		ctx, stop = context.WithCancel(context.WithoutCancel(ctx))
		forget := context.AfterFunc(listening, stop)
		cancel = func() { forget(); stop() }
	}
	deadlines := http.NewResponseController(w)
	_ = deadlines.SetReadDeadline(time.Time{}) // it would end ctx
	_ = deadlines.SetWriteDeadline(time.Time{})
	return ctx, func() {
		_ = deadlines.SetWriteDeadline(time.Now().Add(writeTimeout))
		cancel()
		idle()
	}
}

// outcome turns what the backend says into an answer.
func (s *Server) outcome(a Action, out []byte, err error) answer {
	told, ok := errors.AsType[*ActionError](err)
	switch {
	case ok && told.Kind == Invalid:
		return failure(http.StatusBadRequest, told.Message)
	case ok && told.Kind == Conflict:
		return failure(http.StatusConflict, told.Message)
	case ok && told.Kind == Unavailable:
		return failure(http.StatusServiceUnavailable, told.Message)
	case ok:
		return failure(http.StatusBadGateway, told.Message)
	case errors.Is(err, context.DeadlineExceeded):
		return failure(http.StatusGatewayTimeout, fmt.Sprintf("plugin %q did not answer in time: whether %s was carried out is not known", a.Plugin, a.Name))
	case errors.Is(err, context.Canceled):
		return failure(http.StatusServiceUnavailable, fmt.Sprintf("the daemon is stopping: whether %s was carried out is not known", a.Name))
	case err != nil:
		return failure(http.StatusInternalServerError, fmt.Sprintf("plugin %q failed to carry out %s: the log says why", a.Plugin, a.Name))
	case len(out) == 0 && a.ReadOnly:
		return answer{status: http.StatusNoContent}
	case len(out) == 0:
		return answer{status: http.StatusAccepted}
	case len(out) > sdk.MaxAction || !json.Valid(out):
		s.log.Error("plugin answered an action with what is not JSON or too long", "action", a.Name, "plugin", a.Plugin, "bytes", len(out))
		return failure(http.StatusBadGateway, fmt.Sprintf("plugin %q carried out %s but its answer is not JSON or too long", a.Plugin, a.Name))
	}
	return answer{status: http.StatusOK, body: out}
}
