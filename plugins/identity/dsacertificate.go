package identity

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"io"
	"math/big"
	"time"
)

// The parts of a certificate of version 1, which crypto/x509 does not make,
// with a DSA key, which it does not sign with. RFC 5280 section 4.1.
type (
	certificateV1 struct {
		TBS       asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}
	tbsCertificateV1 struct {
		// The version is left out: it is the default.
		Serial    *big.Int
		Algorithm pkix.AlgorithmIdentifier
		Issuer    asn1.RawValue
		Validity  validityPeriod
		Subject   asn1.RawValue
		Key       publicKeyInfo
	}
	validityPeriod struct{ From, To time.Time }
	publicKeyInfo  struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
)

// makeDSAPair makes a certificate like the real one: X.509 version 1, DSA-1024,
// signed by itself with SHA-1.
func makeDSAPair(random io.Reader) (*pair, error) {
	key, err := makeDSAKey(random)
	if err != nil {
		return nil, err
	}
	tbs, err := key.tbsCertificate(random)
	if err != nil {
		return nil, err
	}
	signature, err := key.sign(random, tbs)
	if err != nil {
		return nil, err
	}
	der, err := asn1.Marshal(certificateV1{
		TBS: asn1.RawValue{FullBytes: tbs}, Algorithm: algorithm(oidDSAWithSHA1), Signature: bitString(signature),
	})
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &pair{certificate: certificate, key: key}, nil
}

// tbsCertificate writes what is signed of a certificate.
func (k dsaKey) tbsCertificate(random io.Reader) ([]byte, error) {
	name, err := holder()
	if err != nil {
		return nil, err
	}
	serial, err := newSerial(random)
	if err != nil {
		return nil, err
	}
	keyAlgorithm, err := dsaAlgorithm(k.Parameters)
	if err != nil {
		return nil, err
	}
	y, err := asn1.Marshal(k.Y)
	if err != nil {
		return nil, err
	}
	tbs := tbsCertificateV1{
		Serial:    serial,
		Algorithm: algorithm(oidDSAWithSHA1),
		Issuer:    asn1.RawValue{FullBytes: name},
		Subject:   asn1.RawValue{FullBytes: name},
		Key:       publicKeyInfo{Algorithm: keyAlgorithm, Key: bitString(y)},
	}
	tbs.Validity.From, tbs.Validity.To = validity()
	return asn1.Marshal(tbs)
}

func bitString(b []byte) asn1.BitString { return asn1.BitString{Bytes: b, BitLength: 8 * len(b)} }
