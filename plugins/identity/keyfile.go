package identity

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"slices"
	"strings"
)

// The types of PEM blocks.
const (
	pemCertificate = "CERTIFICATE"
	pemKey         = "PRIVATE KEY"
	pemKeySuffix   = " PRIVATE KEY" // of older forms
)

// errUnreadableKey says no more on purpose: what a parser has to say of a
// private key might repeat some of it.
var errUnreadableKey = errors.New("holds a private key that cannot be read")

// encode writes the pair as PEM: the certificate, then the key.
func (p *pair) encode() ([]byte, error) {
	key, err := p.key.pkcs8()
	if err != nil {
		return nil, err
	}
	return slices.Concat(p.certificatePEM(), pem.EncodeToMemory(&pem.Block{Type: pemKey, Bytes: key})), nil
}

func (p *pair) certificatePEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: pemCertificate, Bytes: p.certificate.Raw})
}

// parsePair reads what encode has written, for a kind. The error continues the
// name of the file.
func parsePair(k kind, data []byte) (*pair, error) {
	certificate, err := parseCertificate(k, data)
	if err != nil {
		return nil, err
	}
	key, err := parseKey(data)
	if err != nil {
		return nil, err
	}
	if !key.belongs(certificate.PublicKey) {
		return nil, errors.New("holds a private key that does not belong to its certificate")
	}
	return &pair{certificate: certificate, key: key}, nil
}

// parseCertificate reads the first certificate of a PEM file: in a chain, that
// of the signer. The error continues the name of the file.
func parseCertificate(k kind, data []byte) (*x509.Certificate, error) {
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != pemCertificate {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, errors.New("holds a certificate that cannot be read: " + strings.TrimPrefix(err.Error(), "x509: "))
		}
		if !k.fits(c.PublicKey) {
			return nil, errors.New("holds a certificate with " + describeKey(c.PublicKey) + "; " + k.name + " needs " + k.needs)
		}
		return c, nil
	}
	return nil, errors.New("holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)")
}

// parseKey reads the first private key of a PEM file. The error continues the
// name of the file and tells nothing of the key.
func parseKey(data []byte) (privateKey, error) {
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != pemKey && !strings.HasSuffix(block.Type, pemKeySuffix) {
			continue
		}
		if block.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
			return nil, errors.New("holds an encrypted private key: decrypt it, for example with openssl pkey")
		}
		return parseKeyBlock(block)
	}
	return nil, errors.New("holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)")
}

func parseKeyBlock(block *pem.Block) (privateKey, error) {
	switch block.Type {
	case pemKey:
		key, err := parseDSAPKCS8(block.Bytes)
		if !errors.Is(err, errNotDSA) {
			return key, err
		}
		other, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, errUnreadableKey
		}
		return supported(other)
	case "RSA PRIVATE KEY":
		key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
		if err != nil {
			return nil, errUnreadableKey
		}
		return rsaKey{key}, nil
	case "DSA PRIVATE KEY":
		return parseDSAOpenSSL(block.Bytes)
	case "EC PRIVATE KEY":
		return nil, errors.New("holds an ECDSA key; only DSA and RSA keys are of use")
	default:
		return nil, errUnreadableKey
	}
}

func supported(key any) (privateKey, error) {
	switch k := key.(type) {
	case *rsa.PrivateKey:
		return rsaKey{k}, nil
	case *ecdsa.PrivateKey:
		return nil, errors.New("holds " + describeKey(&k.PublicKey) + "; only DSA and RSA keys are of use")
	case ed25519.PrivateKey:
		return nil, errors.New("holds " + describeKey(k.Public()) + "; only DSA and RSA keys are of use")
	default:
		return nil, errUnreadableKey
	}
}
