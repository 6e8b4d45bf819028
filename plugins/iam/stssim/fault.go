package stssim

import (
	"net"
	"net/http"
	"strconv"
	"time"
)

// Fault is a way to answer wrongly.
type Fault struct {
	Kind FaultKind
	// RetryAfter becomes the Retry-After header, in whole seconds, of the
	// faults that answer; 0 sends none, but for SlowDown, which sends 1 then.
	RetryAfter time.Duration
	// Skew is how far SkewedClock moves the server's clock, ahead when it is
	// positive; 0 is one hour ahead.
	Skew time.Duration
	// Location is where Redirect points; empty is "/redirected" at the host
	// that was asked.
	Location string
}

// FaultKind says what goes wrong.
type FaultKind int

// The faults. Unless the comment names actions, a fault hits every request,
// whatever it asks and whoever signed it; an action that is not named is
// answered as if there were no fault.
const (
	InternalFailure    FaultKind = iota + 1 // 500 InternalFailure
	ServiceUnavailable                      // 503 ServiceUnavailable
	Throttling                              // 400 Throttling
	Expired                                 // 403 ExpiredToken; for AssumeRoleWithWebIdentity 400 ExpiredTokenException
	UnknownKey                              // 403 InvalidClientTokenId; AssumeRole and GetCallerIdentity, which are signed
	Denied                                  // 403 AccessDenied; AssumeRole and AssumeRoleWithWebIdentity, once all else is right
	Hang                                    // no answer until the client gives up
	Reset                                   // the connection is reset
	Malformed                               // the status of the right answer with the first half of its XML
	Truncated                               // the status of the right answer, whose body ends before its Content-Length
	Incomplete                              // success without a SessionToken; AssumeRole and AssumeRoleWithWebIdentity

	RegionDisabled        // 403 RegionDisabledException; AssumeRole and AssumeRoleWithWebIdentity, once the signature is right
	IDPCommunicationError // 400 IDPCommunicationError; AssumeRoleWithWebIdentity
	IDPRejectedClaim      // 403 IDPRejectedClaim; AssumeRoleWithWebIdentity
	SkewedClock           // the right answer of a server whose clock is off: signatures, tokens, expiry and the Date header go by it
	SlowDown              // 503 SlowDown, always with Retry-After
	TooManyRequests       // 429 TooManyRequestsException
	BadGateway            // 502 with the HTML page of a proxy
	Redirect              // 307 to Location, which clients must not follow
)

var faultNames = map[FaultKind]string{
	InternalFailure: "InternalFailure", ServiceUnavailable: "ServiceUnavailable", Throttling: "Throttling",
	Expired: "ExpiredToken", UnknownKey: "InvalidClientTokenId", Denied: "AccessDenied", Hang: "hang",
	Reset: "reset", Malformed: "malformed", Truncated: "truncated", Incomplete: "incomplete",
	RegionDisabled: "RegionDisabledException", IDPCommunicationError: "IDPCommunicationError",
	IDPRejectedClaim: "IDPRejectedClaim", SkewedClock: "skewed clock", SlowDown: "SlowDown",
	TooManyRequests: "TooManyRequestsException", BadGateway: "bad gateway", Redirect: "redirect",
}

// String is the code of the error that the fault answers, or its name.
func (k FaultKind) String() string { return faultNames[k] }

func (f *Fault) is(k FaultKind) bool { return f != nil && f.Kind == k }

// skew is how far the fault moves the clock.
func (f *Fault) skew() time.Duration {
	switch {
	case !f.is(SkewedClock):
		return 0
	case f.Skew == 0:
		return time.Hour
	}
	return f.Skew
}

// named says whether [Call.Code] is the fault's name, since no error code
// tells of it.
func (f *Fault) named(c Call) bool {
	if f == nil {
		return false
	}
	switch f.Kind {
	case Hang, Reset, BadGateway, Redirect:
		return true
	case Malformed, Truncated:
		return c.Status == http.StatusOK
	case Incomplete:
		return c.IssuedKeyID != ""
	}
	return false
}

func (f *Fault) retryAfter(h http.Header) {
	after := f.RetryAfter
	if after == 0 && f.Kind == SlowDown {
		after = time.Second
	}
	if after > 0 {
		h.Set("Retry-After", strconv.Itoa(int(after/time.Second)))
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
	f.retryAfter(w.Header())
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
