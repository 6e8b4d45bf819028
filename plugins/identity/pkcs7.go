package identity

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // the digest of pkcs7 is SHA-1
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/asn1"
	"io"
	"math/big"
	"slices"
	"time"
)

// signedData makes SignedData of PKCS #7 (RFC 2315 section 9, RFC 5652 section
// 5) in the layout of the real service: version 1, the content inside, no
// certificate inside, the signer named by issuer and serial number, and
// indefinite lengths down to the content.
type signedData struct {
	digest    asn1.ObjectIdentifier
	signature pkix.AlgorithmIdentifier
	hash      func([]byte) []byte
}

// signerInfo is SignerInfo of RFC 5652 section 5.3.
type signerInfo struct {
	Version            int
	Signer             issuerAndSerial
	DigestAlgorithm    pkix.AlgorithmIdentifier
	Attributes         asn1.RawValue // [0] IMPLICIT
	SignatureAlgorithm pkix.AlgorithmIdentifier
	Signature          []byte
}

type issuerAndSerial struct {
	Issuer asn1.RawValue
	Serial *big.Int
}

type attribute struct {
	Type   asn1.ObjectIdentifier
	Values asn1.RawValue // SET
}

// algorithmProtection is CMSAlgorithmProtection of RFC 6211.
type algorithmProtection struct {
	Digest    pkix.AlgorithmIdentifier
	Signature pkix.AlgorithmIdentifier `asn1:"tag:1"`
}

func sha1Sum(data []byte) []byte {
	sum := sha1.Sum(data) //nolint:gosec // as above
	return sum[:]
}

func sha256Sum(data []byte) []byte {
	sum := sha256.Sum256(data)
	return sum[:]
}

// sign returns the message over content, signed at a time that it tells.
func (s signedData) sign(p *pair, random io.Reader, content []byte, at time.Time) ([]byte, error) {
	attributes, err := s.attributes(content, at)
	if err != nil {
		return nil, err
	}
	// What is signed has the tag of a SET, what is sent has [0] in its place.
	signed, err := asn1.Marshal(asn1.RawValue{Tag: asn1.TagSet, IsCompound: true, Bytes: attributes})
	if err != nil {
		return nil, err
	}
	signature, err := p.key.sign(random, signed)
	if err != nil {
		return nil, err
	}
	info, err := asn1.Marshal(signerInfo{
		Version:            1,
		Signer:             issuerAndSerial{Issuer: asn1.RawValue{FullBytes: p.certificate.RawIssuer}, Serial: p.certificate.SerialNumber},
		DigestAlgorithm:    withNull(s.digest),
		Attributes:         asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: attributes},
		SignatureAlgorithm: s.signature,
		Signature:          signature,
	})
	if err != nil {
		return nil, err
	}
	return s.wrap(content, info)
}

// attributes returns the signed attributes in the order of their bytes, as DER
// wants those of a SET and the real service has them.
func (s signedData) attributes(content []byte, at time.Time) ([]byte, error) {
	all := make([][]byte, 0, 4)
	for _, a := range []struct {
		oid   asn1.ObjectIdentifier
		value any
	}{
		{oidContentType, oidData},
		{oidSigningTime, at.UTC()},
		{oidMessageDigest, s.hash(content)},
		{oidAlgorithmProtection, algorithmProtection{withNull(s.digest), s.signature}},
	} {
		value, err := asn1.Marshal(a.value)
		if err != nil {
			return nil, err
		}
		der, err := asn1.Marshal(attribute{a.oid, asn1.RawValue{Tag: asn1.TagSet, IsCompound: true, Bytes: value}})
		if err != nil {
			return nil, err
		}
		all = append(all, der)
	}
	slices.SortFunc(all, bytes.Compare)
	return slices.Concat(all...), nil
}

// wrap puts content and signer into the message.
func (s signedData) wrap(content, info []byte) ([]byte, error) {
	digest, err := asn1.Marshal(withNull(s.digest))
	if err != nil {
		return nil, err
	}
	var parts [6][]byte
	for i, v := range []any{
		oidSignedData,
		1, // version
		asn1.RawValue{Tag: asn1.TagSet, IsCompound: true, Bytes: digest},
		oidData,
		content,
		asn1.RawValue{Tag: asn1.TagSet, IsCompound: true, Bytes: info},
	} {
		if parts[i], err = asn1.Marshal(v); err != nil {
			return nil, err
		}
	}
	inner := indefinite(berSequence, parts[3], indefinite(berExplicit0, indefinite(berOctetString, parts[4])))
	return indefinite(berSequence, parts[0], indefinite(berExplicit0,
		indefinite(berSequence, parts[1], parts[2], inner, parts[5]))), nil
}
