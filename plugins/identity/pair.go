package identity

import (
	"crypto/dsa" //nolint:staticcheck // the real service signs pkcs7 with DSA
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"io"
)

// pair is a private key and the certificate that belongs to it.
type pair struct {
	certificate *x509.Certificate
	key         privateKey
}

// privateKey is a [dsaKey] or an [rsaKey].
type privateKey interface {
	// sign signs the digest of message.
	sign(random io.Reader, message []byte) ([]byte, error)
	// belongs tells whether public is the other half.
	belongs(public any) bool
	// pkcs8 returns the key for a file.
	pkcs8() ([]byte, error)
}

// Format prints nothing of the key, whatever the verb.
func (*pair) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[key pair]") }

// fingerprint is the SHA-256 digest of the certificate, for people.
func (p *pair) fingerprint() string {
	sum := sha256.Sum256(p.certificate.Raw)
	return hex.EncodeToString(sum[:])
}

// describeKey names the public key of a certificate.
func describeKey(public any) string {
	switch k := public.(type) {
	case *dsa.PublicKey:
		return fmt.Sprintf("a DSA key of %d bits with a q of %d", k.P.BitLen(), k.Q.BitLen())
	case *rsa.PublicKey:
		return fmt.Sprintf("an RSA key of %d bits", k.N.BitLen())
	case *ecdsa.PublicKey:
		return "an ECDSA key"
	case ed25519.PublicKey:
		return "an Ed25519 key"
	default:
		return "a key of another kind"
	}
}
