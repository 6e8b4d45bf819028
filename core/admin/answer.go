package admin

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// answer is what a client is told.
type answer struct {
	status int
	body   []byte // JSON; empty for none
	allow  string // the Allow header of a 405
	reason string // why it was refused, for the log; empty when it was not
}

// ok answers with a JSON body.
func ok(body []byte) answer { return answer{status: http.StatusOK, body: body} }

// failure answers with an error.
func failure(status int, message string) answer {
	return answer{status: status, body: encode(map[string]string{"error": message})}
}

// refusal is a failure that the operator may want to know of.
func refusal(status int, reason, message string) answer {
	a := failure(status, message)
	a.reason = reason
	return a
}

// encode writes what has no cycles and no channels, which always succeeds.
func encode(v any) []byte {
	body, err := json.Marshal(v)
	if err != nil {
		return []byte(`{"error":"the answer could not be written"}`)
	}
	return body
}

// write sends the answer. There is no CORS header, ever: a web page must not
// read what is here.
func (a answer) write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if a.status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	if len(a.body) > 0 {
		h.Set("Content-Type", "application/json")
	}
	if a.allow != "" {
		h.Set("Allow", a.allow)
	}
	if a.status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
	if a.status >= http.StatusBadRequest {
		h.Set("Connection", "close") // what else was sent is not read
	}
	w.WriteHeader(a.status)
	if len(a.body) > 0 {
		_, _ = w.Write(a.body) // the client may have gone
	}
}
