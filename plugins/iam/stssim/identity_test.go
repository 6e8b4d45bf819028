package stssim_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"maps"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
)

const issuerURL = "https://oidc.example.com/id/1"

// issuer is an OpenID Connect provider. It signs with the standard library
// alone, so that the server's library does not check itself.
type issuer struct {
	t   *testing.T
	rsa *rsa.PrivateKey
	ec  *ecdsa.PrivateKey
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return &issuer{t: t, rsa: private, ec: ec}
}

// known makes the server know the issuer.
func (i *issuer) known(o *stssim.Options) {
	o.Issuers = map[string][]crypto.PublicKey{issuerURL: {i.rsa.Public(), i.ec.Public()}}
}

// claims are those of a good token, with changes; a nil one is left out.
func claims(now time.Time, change map[string]any) map[string]any {
	c := map[string]any{
		"iss": issuerURL, "sub": "system:serviceaccount:default:app", "aud": []string{"sts.amazonaws.com"},
		"iat": now.Unix() - 1, "nbf": now.Unix() - 1, "exp": now.Add(time.Hour).Unix(),
	}
	maps.Copy(c, change)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

// token signs claims with the algorithm, RS256 or ES256; for other names the
// signature is rubbish.
func (i *issuer) token(algorithm string, claims map[string]any) string {
	i.t.Helper()
	head, err := json.Marshal(map[string]string{"alg": algorithm, "typ": "JWT", "kid": "1"})
	if err != nil {
		i.t.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		i.t.Fatal(err)
	}
	signed := encode(head) + "." + encode(payload)
	hash := crypto.SHA256.New()
	hash.Write([]byte(signed))
	signature := []byte("rubbish")
	switch algorithm {
	case "RS256":
		if signature, err = rsa.SignPKCS1v15(rand.Reader, i.rsa, crypto.SHA256, hash.Sum(nil)); err != nil {
			i.t.Fatal(err)
		}
	case "ES256":
		r, s, err := ecdsa.Sign(rand.Reader, i.ec, hash.Sum(nil))
		if err != nil {
			i.t.Fatal(err)
		}
		signature = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	}
	return signed + "." + encode(signature)
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// identify calls AssumeRoleWithWebIdentity as the SDK does: unsigned.
func (w *world) identify(token string, seconds int32) (*sts.AssumeRoleWithWebIdentityOutput, error) {
	in := &sts.AssumeRoleWithWebIdentityInput{RoleArn: new(role), RoleSessionName: new("pod"), WebIdentityToken: new(token)}
	if seconds > 0 {
		in.DurationSeconds = new(seconds)
	}
	return w.client(aws.Credentials{}).AssumeRoleWithWebIdentity(w.t.Context(), in)
}
