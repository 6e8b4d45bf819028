package stssim

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

// algorithms are the signatures that STS takes from OpenID Connect providers.
func algorithms() []string {
	return []string{"RS256", "RS384", "RS512", "ES256", "ES384", "ES512"}
}

// jwtPattern is the compact form of RFC 7515, without the line ends that Go's
// base64 decoder would skip.
var jwtPattern = lazyregexp.New(`^[\w-]+\.[\w-]+\.[\w-]+$`)

// webIdentity is what a web identity token says.
type webIdentity struct {
	issuer, subject, audience string
	sourceIdentity            string
	tags                      []sessionTag
	transitive                []string

	expires, notBefore, issued *jwt.NumericDate // the latter two may be nil

	method        jwt.SigningMethod
	signed        string // what the signature covers
	signatureOfIt []byte
}

// parseIdentity reads a token without trusting it. No error repeats any of it.
func parseIdentity(token string) (*webIdentity, *apiError) {
	malformed := invalidIdentity("The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")
	if !jwtPattern.MatchString(token) {
		return nil, malformed
	}
	claims := jwt.MapClaims{}
	parsed, parts, err := jwt.NewParser().ParseUnverified(token, claims)
	if err != nil || !slices.Contains(algorithms(), parsed.Method.Alg()) {
		return nil, malformed
	}
	w := &webIdentity{method: parsed.Method, signed: parts[0] + "." + parts[1]}
	w.signatureOfIt, err = jwt.NewParser().DecodeSegment(parts[2])
	if err != nil {
		return nil, malformed
	}
	for _, name := range []string{"iss", "sub", "aud", "exp"} {
		if claims[name] == nil || claims[name] == "" {
			return nil, invalidIdentity("Missing a required claim: %s", name)
		}
	}
	audiences, err := claims.GetAudience()
	if err != nil {
		return nil, malformed
	}
	if len(audiences) == 0 || audiences[0] == "" {
		return nil, invalidIdentity("Missing a required claim: aud")
	}
	w.audience = audiences[0]
	if azp, ok := claims["azp"].(string); ok && len(audiences) > 1 {
		w.audience = azp // the one of them that the token was made for
	}
	for _, read := range []func() error{
		func() error { w.issuer, err = claims.GetIssuer(); return err },
		func() error { w.subject, err = claims.GetSubject(); return err },
		func() error { w.expires, err = claims.GetExpirationTime(); return err },
		func() error { w.notBefore, err = claims.GetNotBefore(); return err },
		func() error { w.issued, err = claims.GetIssuedAt(); return err },
	} {
		if read() != nil {
			return nil, malformed
		}
	}
	if !w.readTags(claims) {
		return nil, invalidIdentity("The session tags in the ID Token cannot be read.")
	}
	return w, nil
}

// checkTimes checks when the token may be used.
func (w *webIdentity) checkTimes(now time.Time) *apiError {
	if !now.Before(w.expires.Time) {
		return errorf(http.StatusBadRequest, "ExpiredTokenException",
			"Token expired: current date/time %d must be before the expiration date/time %d", now.Unix(), w.expires.Unix())
	}
	if w.notBefore != nil && now.Before(w.notBefore.Time) {
		return invalidIdentity("Token is not valid yet: current date/time %d must not be before the not-before date/time %d", now.Unix(), w.notBefore.Unix())
	}
	if w.issued != nil && now.Before(w.issued.Time) {
		return invalidIdentity("Token was issued in the future: current date/time %d must not be before the issued-at date/time %d", now.Unix(), w.issued.Unix())
	}
	return nil
}

// provider is what the answer calls the issuer: the ARN of the provider in
// the role's account, but the bare name of those that need none there.
func (w *webIdentity) provider(role string) string {
	name := strings.TrimPrefix(w.issuer, "https://")
	if name == "accounts.google.com" || name == "cognito-identity.amazonaws.com" {
		return name
	}
	return "arn:" + partitionOf(role) + ":iam::" + accountOf(role) + ":oidc-provider/" + name
}

func invalidIdentity(format string, args ...any) *apiError {
	return errorf(http.StatusBadRequest, "InvalidIdentityToken", format, args...)
}
