package identity

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"io"
)

// rsaKey signs with RSA, PKCS #1 v1.5 and SHA-256.
type rsaKey struct{ *rsa.PrivateKey }

var _ privateKey = rsaKey{}

func (k rsaKey) sign(random io.Reader, message []byte) ([]byte, error) {
	digest := sha256.Sum256(message)
	return rsa.SignPKCS1v15(random, k.PrivateKey, crypto.SHA256, digest[:])
}

func (k rsaKey) belongs(public any) bool {
	p, ok := public.(*rsa.PublicKey)
	return ok && p.Equal(&k.PublicKey)
}

func (k rsaKey) pkcs8() ([]byte, error) { return x509.MarshalPKCS8PrivateKey(k.PrivateKey) }
