package stssim

import (
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// ServeHTTP answers one request of the STS Query protocol: a form by POST, or
// the same in the query of a GET.
//
// See https://docs.aws.amazon.com/STS/latest/APIReference/CommonParameters.html.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	call := Call{}
	out, fault := s.answer(r, &call)
	call.Time, call.Status = s.now(), out.status
	if fault != nil && (fault.Kind.unconditional() || fault.Kind.granting() && out.status == http.StatusOK) {
		call.Code = fault.Kind.String()
	}
	s.observe(call)
	if fault != nil {
		fault.write(w, r, out)
		return
	}
	out.header(w)
	_, _ = w.Write(out.body) // the client has gone; nothing is left to do
}

// answer works out the reply, and the fault to write it with.
func (s *Server) answer(r *http.Request, call *Call) (*reply, *Fault) {
	requestID := newRequestID()
	refuse := func(err *apiError) *reply {
		call.Code = err.code
		return err.reply(requestID)
	}
	q, err := readQuery(r)
	if err != nil {
		return refuse(err), nil
	}
	call.Action, call.RoleARN, call.SessionName = q.form.Get("Action"), q.form.Get("RoleArn"), q.form.Get("RoleSessionName")
	if seconds, err := strconv.ParseInt(q.form.Get("DurationSeconds"), 10, 32); err == nil {
		call.Duration = time.Duration(seconds) * time.Second
	}
	auth, err := parseAuthorization(r)
	if auth != nil {
		call.AccessKeyID = auth.accessKeyID
	}
	fault := s.fault(r)
	if fault != nil && fault.Kind.unconditional() {
		return fault.reply(requestID), fault
	}
	if err != nil {
		return refuse(err), fault
	}
	who, err := s.authenticate(r, auth, q.body)
	if err != nil {
		return refuse(err), fault
	}
	document, err := s.act(who, q.form, requestID, fault, call)
	if err != nil {
		return refuse(err), fault
	}
	call.Code = "Success"
	return newReply(http.StatusOK, requestID, document), fault
}

// act carries out the action.
func (s *Server) act(who *principal, form url.Values, requestID string, fault *Fault, call *Call) (any, *apiError) {
	version := form.Get("Version")
	if version == "" {
		version = "NO_VERSION_SPECIFIED"
	}
	action := form.Get("Action")
	switch {
	case action == "":
		return nil, errorf(http.StatusBadRequest, "MissingAction", "Missing Action")
	case version == apiVersion && action == "AssumeRole":
		return s.assumeRole(who, form, requestID, fault, call)
	case version == apiVersion && action == "GetCallerIdentity":
		return callerIdentityXML{
			Namespace: namespace, ARN: who.arn, UserID: who.userID, Account: who.account, RequestID: requestID,
		}, nil
	}
	return nil, errorf(http.StatusBadRequest, "InvalidAction", "Could not find operation %.100s for version %.40s", action, version)
}

// query is a request's parameters and the bytes that its signature covers.
type query struct {
	form url.Values
	body []byte
}

// readQuery reads the request. It leaves the body readable for
// [Options.Fault].
func readQuery(r *http.Request) (*query, *apiError) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		return nil, errorf(http.StatusMethodNotAllowed, "InvalidAction", "The STS Query protocol is spoken by POST and GET.")
	}
	if r.URL.Path != "/" {
		return nil, errorf(http.StatusNotFound, "InvalidAction", "The STS Query protocol is spoken at the path /.")
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, errorf(http.StatusBadRequest, "RequestTimeout", "The request was not received whole.")
	}
	if len(body) > maxBody {
		return nil, errorf(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "The request has more than %d bytes.", maxBody)
	}
	r.Body = newReplay(body)
	q := &query{form: r.URL.Query(), body: body}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "application/x-www-form-urlencoded" {
		posted, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, errorf(http.StatusBadRequest, "MalformedQueryString", "The form cannot be read.")
		}
		for name, values := range posted {
			q.form[name] = append(values, q.form[name]...)
		}
	}
	return q, nil
}
