package stssim

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// maxSkew is how far the time of a signature may be from the server's.
const maxSkew = 5 * time.Minute

// globalRegion is what clients of the global endpoint sign for.
const globalRegion = "us-east-1"

// authenticate verifies the request's signature and returns who made it.
func (x *exchange) authenticate(a *authorization) (*principal, *apiError) {
	if err := x.checkScope(a); err != nil {
		return nil, err
	}
	if err := checkDate(a, x.now.UTC()); err != nil {
		return nil, err
	}
	p, err := x.lookup(a.accessKeyID, a.token)
	if err != nil {
		return nil, err
	}
	want, ok := x.sign(x.request, a, x.body, p)
	if !ok || subtle.ConstantTimeCompare([]byte(want), []byte(a.signature)) != 1 {
		return nil, mismatch("The request signature we calculated does not match the signature you provided. " +
			"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
	}
	if !p.expires.IsZero() && !x.now.Before(p.expires) {
		return nil, errorf(http.StatusForbidden, "ExpiredToken", "The security token included in the request is expired")
	}
	return p, nil
}

func (s *Server) checkScope(a *authorization) *apiError {
	if day := a.rawDate[:len("20060102")]; a.scopeDate != day {
		return mismatch("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '%s' != '%s', from '%s'.",
			a.scopeDate, day, a.rawDate)
	}
	if a.region == "" || s.region != "" && a.region != s.region && a.region != globalRegion {
		return mismatch("Credential should be scoped to a valid region, not '%s'. ", a.region)
	}
	if a.service != "sts" {
		return mismatch("Credential should be scoped to correct service: 'sts'. ")
	}
	if a.terminator != "aws4_request" {
		return mismatch("Credential should be scoped with a valid terminator: 'aws4_request', not '%s'.", a.terminator)
	}
	return nil
}

func checkDate(a *authorization, now time.Time) *apiError {
	if limit := now.Add(-maxSkew); a.date.Before(limit) {
		return mismatch("Signature expired: %s is now earlier than %s (%s - 5 min.)",
			a.rawDate, limit.Format(dateLayout), now.Format(dateLayout))
	}
	if limit := now.Add(maxSkew); a.date.After(limit) {
		return mismatch("Signature not yet current: %s is still later than %s (%s + 5 min.)",
			a.rawDate, limit.Format(dateLayout), now.Format(dateLayout))
	}
	return nil
}

// lookup finds the holder of an access key. A temporary key without its token,
// or with another one, is as unknown as a key that never was.
func (s *Server) lookup(accessKeyID, token string) (*principal, *apiError) {
	unknown := errorf(http.StatusForbidden, "InvalidClientTokenId", "The security token included in the request is invalid.")
	if v, ok := s.openToken(token); ok {
		if v.AccessKeyID != accessKeyID {
			return nil, unknown
		}
		return v.principal(), nil
	}
	s.mu.Lock()
	u := s.users[accessKeyID]
	s.mu.Unlock()
	if u == nil || subtle.ConstantTimeCompare([]byte(u.token), []byte(token)) != 1 {
		return nil, unknown
	}
	return s.principal(u), nil
}

// sign returns the signature that the request should have: that of a copy with
// just the headers that its signature covers.
func (s *Server) sign(r *http.Request, a *authorization, body []byte, p *principal) (string, bool) {
	again := &http.Request{Method: r.Method, Host: r.Host, Header: http.Header{}}
	target := *r.URL
	again.URL = &target
	for _, name := range a.signedHeaders {
		switch name {
		case "host":
		case "content-length":
			again.ContentLength = int64(len(body))
		default:
			key := http.CanonicalHeaderKey(name)
			again.Header[key] = slices.Clone(r.Header[key])
		}
	}
	sum := sha256.Sum256(body)
	// The security token is among the headers copied when it was signed; some
	// clients add it afterwards, which STS accepts.
	err := s.signer.SignHTTP(r.Context(), aws.Credentials{AccessKeyID: p.accessKeyID, SecretAccessKey: p.secret},
		again, hex.EncodeToString(sum[:]), "sts", a.region, a.date,
		func(o *v4.SignerOptions) { o.DisableSessionToken = true })
	_, signature, ok := strings.Cut(again.Header.Get("Authorization"), "Signature=")
	return signature, err == nil && ok
}
