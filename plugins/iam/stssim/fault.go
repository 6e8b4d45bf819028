package stssim

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Fault is a way to answer wrongly.
type Fault struct {
	Kind FaultKind
	// RetryAfter becomes the Retry-After header, in whole seconds, of the
	// faults that answer an error; 0 sends none.
	RetryAfter time.Duration
}

// FaultKind says what goes wrong.
type FaultKind int

// The faults. All but Denied and Incomplete hit every request, whatever it
// asks and whoever signed it.
const (
	InternalFailure    FaultKind = iota + 1 // 500 InternalFailure
	ServiceUnavailable                      // 503 ServiceUnavailable
	Throttling                              // 400 Throttling
	Expired                                 // 403 ExpiredToken
	UnknownKey                              // 403 InvalidClientTokenId
	Denied                                  // 403 AccessDenied to AssumeRole, after the signature was verified
	Hang                                    // no answer until the client gives up
	Reset                                   // the connection is reset
	Malformed                               // 200 with the first half of the XML
	Truncated                               // 200 whose body ends before its Content-Length
	Incomplete                              // AssumeRole succeeds without a SessionToken
)

var faultNames = map[FaultKind]string{
	InternalFailure: "InternalFailure", ServiceUnavailable: "ServiceUnavailable", Throttling: "Throttling",
	Expired: "ExpiredToken", UnknownKey: "InvalidClientTokenId", Denied: "AccessDenied", Hang: "hang",
	Reset: "reset", Malformed: "malformed", Truncated: "truncated", Incomplete: "incomplete",
}

// String is the code of the error that the fault answers, or its name.
func (k FaultKind) String() string { return faultNames[k] }

// unconditional faults look at nothing of the request.
func (k FaultKind) unconditional() bool {
	switch k {
	case InternalFailure, ServiceUnavailable, Throttling, Expired, UnknownKey, Hang, Reset:
		return true
	}
	return false
}

// granting faults spoil the answer about a session that was granted.
func (k FaultKind) granting() bool { return k == Malformed || k == Truncated || k == Incomplete }

func (f *Fault) is(k FaultKind) bool { return f != nil && f.Kind == k }

// reply is the answer of an unconditional fault.
func (f *Fault) reply(requestID string) *reply {
	switch f.Kind {
	case InternalFailure:
		return errorf(http.StatusInternalServerError, "InternalFailure", "The request processing has failed because of an unknown error, exception or failure.").reply(requestID)
	case ServiceUnavailable:
		return errorf(http.StatusServiceUnavailable, "ServiceUnavailable", "The request has failed due to a temporary failure of the server.").reply(requestID)
	case Throttling:
		return errorf(http.StatusBadRequest, "Throttling", "Rate exceeded").reply(requestID)
	case UnknownKey:
		return errorf(http.StatusForbidden, "InvalidClientTokenId", "The security token included in the request is invalid.").reply(requestID)
	case Expired:
		return errorf(http.StatusForbidden, "ExpiredToken", "The security token included in the request is expired").reply(requestID)
	default: // Hang and Reset answer nothing, not even a status
		return &reply{}
	}
}

// write answers with out as the fault wants it.
func (f *Fault) write(w http.ResponseWriter, r *http.Request, out *reply) {
	switch f.Kind {
	case Hang:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case Reset:
		reset(w)
		return
	case Malformed:
		out.body = out.body[:len(out.body)/2]
	case Truncated:
		out.header(w)
		_, _ = w.Write(out.body[:len(out.body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(f.RetryAfter/time.Second)))
	}
	out.header(w)
	_, _ = w.Write(out.body) // the client has gone; nothing is left to do
}

// reset closes the connection so that the peer sees a reset.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// replay is a request body that was read and can be read again.
type replay struct{ *bytes.Reader }

func newReplay(body []byte) io.ReadCloser { return replay{bytes.NewReader(body)} }

func (replay) Close() error { return nil }
