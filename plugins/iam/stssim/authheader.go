package stssim

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	algorithm  = "AWS4-HMAC-SHA256"
	dateLayout = "20060102T150405Z"
)

// authorization is what a request says about its signature. The format is that
// of https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html.
type authorization struct {
	accessKeyID   string
	scopeDate     string
	region        string
	service       string
	terminator    string
	signedHeaders []string
	signature     string
	date          time.Time // X-Amz-Date
	rawDate       string
	token         string // X-Amz-Security-Token
}

// parseAuthorization reads the signature's headers.
func parseAuthorization(r *http.Request) (*authorization, *apiError) {
	for _, name := range []string{"Authorization", "X-Amz-Date", "X-Amz-Security-Token"} {
		if len(r.Header.Values(name)) > 1 {
			return nil, errorf(http.StatusBadRequest, "IncompleteSignature", "The request has more than one %s header.", name)
		}
	}
	header := r.Header.Get("Authorization")
	if header == "" {
		if r.URL.Query().Has("X-Amz-Signature") {
			return nil, errorf(http.StatusBadRequest, "IncompleteSignature", "The simulated STS does not take presigned requests; sign with the Authorization header.")
		}
		return nil, errorf(http.StatusForbidden, "MissingAuthenticationToken", "Request is missing Authentication Token")
	}
	rest, ok := strings.CutPrefix(header, algorithm+" ")
	if !ok {
		return nil, errorf(http.StatusBadRequest, "IncompleteSignature", "Authorization header must start with '%s'.", algorithm)
	}
	fields := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		fields[name] = value
	}
	var missing []string
	for _, name := range []string{"Credential", "Signature", "SignedHeaders"} {
		if fields[name] == "" {
			missing = append(missing, "Authorization header requires '"+name+"' parameter.")
		}
	}
	a := &authorization{rawDate: r.Header.Get("X-Amz-Date"), token: r.Header.Get("X-Amz-Security-Token"), signature: fields["Signature"]}
	if a.rawDate == "" {
		missing = append(missing, "Authorization header requires existence of a 'X-Amz-Date' header.")
	}
	if len(missing) > 0 {
		return nil, errorf(http.StatusBadRequest, "IncompleteSignature", "%s", strings.Join(missing, " "))
	}
	scope := strings.Split(fields["Credential"], "/")
	if len(scope) != 5 {
		return nil, errorf(http.StatusBadRequest, "IncompleteSignature", "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got %d.", len(scope))
	}
	a.accessKeyID, a.scopeDate, a.region, a.service, a.terminator = scope[0], scope[1], scope[2], scope[3], scope[4]
	date, err := time.Parse(dateLayout, a.rawDate)
	if err != nil {
		return nil, errorf(http.StatusBadRequest, "IncompleteSignature", "Date must be in ISO-8601 'basic format'. Got %q. See http://en.wikipedia.org/wiki/ISO_8601", a.rawDate)
	}
	a.date = date
	a.signedHeaders = strings.Split(fields["SignedHeaders"], ";")
	if !slices.Contains(a.signedHeaders, "host") {
		return nil, mismatch("'Host' must be a 'SignedHeader' in the AWS Authorization.")
	}
	return a, nil
}

func mismatch(format string, args ...any) *apiError {
	return errorf(http.StatusForbidden, "SignatureDoesNotMatch", format, args...)
}
