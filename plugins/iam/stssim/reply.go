package stssim

import (
	"crypto/rand"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// apiVersion is the only version of the STS API there has ever been.
const apiVersion = "2011-06-15"

const namespace = "https://sts.amazonaws.com/doc/" + apiVersion + "/"

// apiError is an error of the STS Query protocol.
type apiError struct {
	status        int
	code, message string
}

func errorf(status int, code, format string, args ...any) *apiError {
	return &apiError{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

type errorXML struct {
	XMLName   xml.Name `xml:"ErrorResponse"`
	Namespace string   `xml:"xmlns,attr"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
}

type assumeRoleXML struct {
	XMLName   xml.Name `xml:"AssumeRoleResponse"`
	Namespace string   `xml:"xmlns,attr"`
	Result    grantXML `xml:"AssumeRoleResult"`
	RequestID string   `xml:"ResponseMetadata>RequestId"`
}

type webIdentityXML struct {
	XMLName   xml.Name `xml:"AssumeRoleWithWebIdentityResponse"`
	Namespace string   `xml:"xmlns,attr"`
	Result    struct {
		Subject  string `xml:"SubjectFromWebIdentityToken"`
		Audience string `xml:"Audience"`
		Provider string `xml:"Provider"`
		grantXML
	} `xml:"AssumeRoleWithWebIdentityResult"`
	RequestID string `xml:"ResponseMetadata>RequestId"`
}

// grantXML is what the two actions tell of the session granted.
type grantXML struct {
	Credentials             credentialsXML `xml:"Credentials"`
	AssumedRoleID           string         `xml:"AssumedRoleUser>AssumedRoleId"`
	ARN                     string         `xml:"AssumedRoleUser>Arn"`
	PackedPolicySize        int            `xml:"PackedPolicySize,omitempty"`
	SessionTokenSize        int            `xml:"SessionTokenSize"`
	SessionTokenUtilization int            `xml:"SessionTokenUtilization"`
	SourceIdentity          string         `xml:"SourceIdentity,omitempty"`
}

type credentialsXML struct {
	AccessKeyID     string `xml:"AccessKeyId"`
	SecretAccessKey string `xml:"SecretAccessKey"`
	SessionToken    string `xml:"SessionToken,omitempty"`
	Expiration      string `xml:"Expiration"`
}

type callerIdentityXML struct {
	XMLName   xml.Name `xml:"GetCallerIdentityResponse"`
	Namespace string   `xml:"xmlns,attr"`
	ARN       string   `xml:"GetCallerIdentityResult>Arn"`
	UserID    string   `xml:"GetCallerIdentityResult>UserId"`
	Account   string   `xml:"GetCallerIdentityResult>Account"`
	RequestID string   `xml:"ResponseMetadata>RequestId"`
}

// reply is an answer that is not yet written. The zero reply answers nothing,
// not even a status.
type reply struct {
	status    int
	requestID string
	body      []byte
	html      bool   // a proxy's page, not the service's XML
	location  string // where a redirect points
}

func newReply(status int, requestID string, document any) *reply {
	body, err := xml.MarshalIndent(document, "", "  ")
	if err != nil { // the documents above always marshal
		return &reply{status: http.StatusInternalServerError, requestID: requestID}
	}
	return &reply{status: status, requestID: requestID, body: append(body, '\n')}
}

func (e *apiError) reply(requestID string) *reply {
	side := "Sender"
	if e.status >= http.StatusInternalServerError {
		side = "Receiver"
	}
	return newReply(e.status, requestID, errorXML{
		Namespace: namespace, Type: side, Code: e.code, Message: e.message, RequestID: requestID,
	})
}

func (r *reply) header(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Length", strconv.Itoa(len(r.body)))
	h.Set("Cache-Control", "no-store")
	if r.html {
		h.Set("Content-Type", "text/html; charset=utf-8")
	} else {
		h.Set("Content-Type", "text/xml")
		h.Set("X-Amzn-Requestid", r.requestID)
	}
	if r.location != "" {
		h.Set("Location", r.location)
	}
	w.WriteHeader(r.status)
}

// setDate sets the Date header, from which clients learn how far their clock
// is off.
func setDate(w http.ResponseWriter, now time.Time) {
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
}

// newRequestID returns a random UUID (RFC 9562, version 4).
func newRequestID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
