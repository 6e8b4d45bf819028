package stssim

import (
	"net/http"
	"net/url"
	"time"
)

// The actions.
const (
	actionAssumeRole     = "AssumeRole"
	actionWebIdentity    = "AssumeRoleWithWebIdentity"
	actionCallerIdentity = "GetCallerIdentity"
)

// exchange is one request and what is known of it so far.
type exchange struct {
	*Server
	request   *http.Request
	requestID string
	now       time.Time  // by the server's clock, for all that follows
	form      url.Values // parameters
	body      []byte     // what the signature covers
	fault     *Fault     // nil: none
	call      Call
}

// ServeHTTP answers one request of the STS Query protocol: a form by POST, or
// the same in the query of a GET.
//
// See https://docs.aws.amazon.com/STS/latest/APIReference/CommonParameters.html.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{Server: s, request: r, requestID: newRequestID(), now: s.now()}
	out := x.answer()
	x.call.Time, x.call.Status = x.now, out.status
	if x.fault.named(x.call) {
		x.call.Code = x.fault.Kind.String()
	}
	s.observe(x.call)
	setDate(w, x.now)
	if x.fault != nil {
		x.fault.write(w, r, out)
		return
	}
	out.header(w)
	_, _ = w.Write(out.body) // the client has gone; nothing is left to do
}

// answer works out the reply, and the fault to write it with.
func (x *exchange) answer() *reply {
	if err := x.read(); err != nil {
		return x.refuse(err)
	}
	x.call.ask(x.form)
	var auth *authorization
	var unsigned *apiError
	if x.call.Action != actionWebIdentity { // whose signature, if any, is ignored
		if auth, unsigned = parseAuthorization(x.request); auth != nil {
			x.call.AccessKeyID = auth.accessKeyID
		}
	}
	x.fault = x.faultFor(x.request)
	x.now = x.now.Add(x.fault.skew())
	if out := x.faulty(); out != nil {
		return out
	}
	if unsigned != nil {
		return x.refuse(unsigned)
	}
	document, err := x.act(auth)
	if err != nil {
		return x.refuse(err)
	}
	x.call.Code = "Success"
	return newReply(http.StatusOK, x.requestID, document)
}

func (x *exchange) refuse(err *apiError) *reply {
	x.call.Code = err.code
	return err.reply(x.requestID)
}

// act carries out the action. Without a signature auth is nil.
func (x *exchange) act(auth *authorization) (any, *apiError) {
	var who *principal
	if auth != nil {
		var err *apiError
		if who, err = x.authenticate(auth); err != nil {
			return nil, err
		}
		x.call.CallerARN = who.arn
	}
	version := x.form.Get("Version")
	if version == "" {
		version = "NO_VERSION_SPECIFIED"
	}
	switch action := x.call.Action; {
	case action == "":
		return nil, errorf(http.StatusBadRequest, "MissingAction", "Missing Action")
	case version == apiVersion && action == actionAssumeRole:
		return x.assumeRole(who)
	case version == apiVersion && action == actionWebIdentity:
		return x.assumeRoleWithWebIdentity()
	case version == apiVersion && action == actionCallerIdentity:
		return callerIdentityXML{
			Namespace: namespace, ARN: who.arn, UserID: who.userID, Account: who.account, RequestID: x.requestID,
		}, nil
	default:
		return nil, errorf(http.StatusBadRequest, "InvalidAction", "Could not find operation %.100s for version %.40s", action, version)
	}
}
