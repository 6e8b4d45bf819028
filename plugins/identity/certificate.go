package identity

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"io"
	"math/big"
	"time"
)

// holder is issuer and subject of the certificates that are made here. It has
// the layout of the real one and mockmd's own organisation.
func holder() ([]byte, error) {
	type attributeValue struct {
		Type  asn1.ObjectIdentifier
		Value string `asn1:"printable"`
	}
	type relativeName []attributeValue
	var name []asn1.RawValue
	for _, a := range []attributeValue{
		{asn1.ObjectIdentifier{2, 5, 4, 6}, "US"},               // countryName
		{asn1.ObjectIdentifier{2, 5, 4, 8}, "Washington State"}, // stateOrProvinceName
		{asn1.ObjectIdentifier{2, 5, 4, 7}, "Seattle"},          // localityName
		{asn1.ObjectIdentifier{2, 5, 4, 10}, "mockmd"},          // organizationName
	} {
		der, err := asn1.MarshalWithParams(relativeName{a}, "set")
		if err != nil {
			return nil, err
		}
		name = append(name, asn1.RawValue{FullBytes: der})
	}
	return asn1.Marshal(name)
}

// validity is when the certificates are valid: whatever a clock shows, since
// that of a machine under test may be set to anything, and verifiers compare
// it with the launch time too.
func validity() (from, to time.Time) {
	return time.Date(1970, time.January, 1, 0, 0, 0, 0, time.UTC), time.Date(2199, time.December, 31, 23, 59, 59, 0, time.UTC)
}

// newSerial returns a random number of exactly 64 bits, as the real ones have.
func newSerial(random io.Reader) (*big.Int, error) {
	var b [8]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return nil, fmt.Errorf("draw a serial number: %w", err)
	}
	b[0] |= 0x80
	return new(big.Int).SetBytes(b[:]), nil
}

// makeSignaturePair makes a certificate like the real one: RSA-1024, signed by
// itself with SHA-1.
func makeSignaturePair(random io.Reader) (*pair, error) {
	return makeRSAPair(random, 1024, x509.SHA1WithRSA)
}

// makeRSA2048Pair makes RSA-2048, signed by itself with SHA-256.
func makeRSA2048Pair(random io.Reader) (*pair, error) {
	return makeRSAPair(random, 2048, x509.SHA256WithRSA)
}

func makeRSAPair(random io.Reader, bits int, algorithm x509.SignatureAlgorithm) (*pair, error) {
	name, err := holder()
	if err != nil {
		return nil, err
	}
	serial, err := newSerial(random)
	if err != nil {
		return nil, err
	}
	key, err := rsa.GenerateKey(random, bits)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial, RawSubject: name, SignatureAlgorithm: algorithm,
		BasicConstraintsValid: true, IsCA: true, // signed by itself
	}
	template.NotBefore, template.NotAfter = validity()
	der, err := x509.CreateCertificate(random, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &pair{certificate: certificate, key: rsaKey{key}}, nil
}
