package stssim

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"fmt"
	"slices"
	"strings"
)

// issuers are the providers whose tokens are taken, with the keys that may
// have signed them; empty is all providers, unverified.
type issuers map[string][]crypto.PublicKey

func newIssuers(configured map[string][]crypto.PublicKey) (issuers, error) {
	out := issuers{}
	for url, keys := range configured {
		if !strings.HasPrefix(url, "https://") {
			return nil, fmt.Errorf("issuer %q of the simulated STS does not start with https://", url)
		}
		if len(keys) == 0 {
			return nil, fmt.Errorf("issuer %q of the simulated STS has no public key", url)
		}
		for _, key := range keys {
			switch key.(type) {
			case *rsa.PublicKey, *ecdsa.PublicKey:
			default:
				return nil, fmt.Errorf("issuer %q of the simulated STS has a key of type %T, want *rsa.PublicKey or *ecdsa.PublicKey", url, key)
			}
		}
		out[url] = slices.Clone(keys)
	}
	return out, nil
}

// verify checks the signature of a token.
func (i issuers) verify(w *webIdentity) *apiError {
	if len(i) == 0 {
		return nil
	}
	keys, known := i[w.issuer]
	if !known {
		return invalidIdentity("No OpenIDConnect provider found in your account for %.200s", w.issuer)
	}
	for _, key := range keys {
		if w.method.Verify(w.signed, w.signatureOfIt, key) == nil {
			return nil
		}
	}
	return invalidIdentity("The signature of the ID Token is not one of its provider's keys.")
}
