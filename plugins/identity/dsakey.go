package identity

import (
	"crypto/dsa"  //nolint:staticcheck // the real service signs pkcs7 with DSA
	"crypto/sha1" //nolint:gosec // and the digest is SHA-1
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"
)

// dsaKey signs with DSA and SHA-1.
type dsaKey struct{ *dsa.PrivateKey }

var _ privateKey = dsaKey{}

func makeDSAKey(random io.Reader) (dsaKey, error) {
	key := &dsa.PrivateKey{PublicKey: dsa.PublicKey{Parameters: dsaParameters()}}
	return dsaKey{key}, dsa.GenerateKey(key, random)
}

func (k dsaKey) sign(random io.Reader, message []byte) ([]byte, error) {
	digest := sha1.Sum(message) //nolint:gosec // dsaWithSHA1 is what verifiers expect
	r, s, err := dsa.Sign(random, k.PrivateKey, digest[:])
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(dsaSignature{r, s})
}

func (k dsaKey) belongs(public any) bool {
	p, ok := public.(*dsa.PublicKey)
	return ok && p.Y.Cmp(k.Y) == 0 && p.P.Cmp(k.P) == 0 && p.Q.Cmp(k.Q) == 0 && p.G.Cmp(k.G) == 0
}

// dsaSignature is Dss-Sig-Value of RFC 3279 section 2.2.2.
type dsaSignature struct{ R, S *big.Int }

// dsaDomain is Dss-Parms of RFC 3279 section 2.3.2.
type dsaDomain struct{ P, Q, G *big.Int }

// pkcs8Key is PrivateKeyInfo of RFC 5208 section 5, without attributes.
type pkcs8Key struct {
	Version   int
	Algorithm pkix.AlgorithmIdentifier
	Key       []byte
}

// opensslDSAKey is the older form of a DSA key, which no RFC describes.
type opensslDSAKey struct {
	Version       int
	P, Q, G, Y, X *big.Int
}

// dsaAlgorithm is the algorithm of a key with the given parameters.
func dsaAlgorithm(d dsa.Parameters) (pkix.AlgorithmIdentifier, error) {
	der, err := asn1.Marshal(dsaDomain{d.P, d.Q, d.G})
	return pkix.AlgorithmIdentifier{Algorithm: oidDSA, Parameters: asn1.RawValue{FullBytes: der}}, err
}

// pkcs8 writes the key as x509.MarshalPKCS8PrivateKey would, which knows no
// DSA any more.
func (k dsaKey) pkcs8() ([]byte, error) {
	algorithm, err := dsaAlgorithm(k.Parameters)
	if err != nil {
		return nil, err
	}
	x, err := asn1.Marshal(k.X)
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(pkcs8Key{Algorithm: algorithm, Key: x})
}

// errNotDSA says that a PKCS #8 key is of another kind.
var errNotDSA = errors.New("not a DSA key")

// parseDSAPKCS8 reads a key of PKCS #8. The errors tell nothing of the key.
func parseDSAPKCS8(der []byte) (privateKey, error) {
	var in pkcs8Key
	if _, err := asn1.Unmarshal(der, &in); err != nil || !in.Algorithm.Algorithm.Equal(oidDSA) {
		return nil, errNotDSA
	}
	var domain dsaDomain
	var x *big.Int
	if !whole(asn1.Unmarshal(in.Algorithm.Parameters.FullBytes, &domain)) || !whole(asn1.Unmarshal(in.Key, &x)) {
		return nil, errUnreadableKey
	}
	return checkedDSAKey(domain, x)
}

// parseDSAOpenSSL reads a key of a "DSA PRIVATE KEY" block.
func parseDSAOpenSSL(der []byte) (privateKey, error) {
	var in opensslDSAKey
	if !whole(asn1.Unmarshal(der, &in)) {
		return nil, errUnreadableKey
	}
	return checkedDSAKey(dsaDomain{in.P, in.Q, in.G}, in.X)
}

func whole(rest []byte, err error) bool { return err == nil && len(rest) == 0 }

// ours says whether the numbers are the fixed ones, which are known to be good:
// to find that out again would take longer than all else at a start.
func (d dsaDomain) ours() bool {
	fixed := dsaParameters()
	return d.P.Cmp(fixed.P) == 0 && d.Q.Cmp(fixed.Q) == 0 && d.G.Cmp(fixed.G) == 0
}

// checkedDSAKey makes a key of numbers that come from a file. The sizes are
// looked at before anything is computed with the numbers.
func checkedDSAKey(d dsaDomain, x *big.Int) (privateKey, error) {
	if d.P.BitLen() != dsaBitsP || d.Q.BitLen() != dsaBitsQ {
		return nil, fmt.Errorf("is a DSA key of %d bits with a q of %d, and not of %d with %d", d.P.BitLen(), d.Q.BitLen(), dsaBitsP, dsaBitsQ)
	}
	one := big.NewInt(1)
	inside := func(n, end *big.Int) bool { return n.Sign() > 0 && n.Cmp(end) < 0 }
	if d.P.Sign() <= 0 || d.Q.Sign() <= 0 || !inside(x, d.Q) || !inside(d.G, d.P) || d.G.Cmp(one) == 0 ||
		!d.ours() && (!d.Q.ProbablyPrime(1) || !d.P.ProbablyPrime(1) || new(big.Int).Exp(d.G, d.Q, d.P).Cmp(one) != 0) {
		return nil, errors.New("is a DSA key whose numbers make no sense")
	}
	key := &dsa.PrivateKey{PublicKey: dsa.PublicKey{Parameters: dsa.Parameters{P: d.P, Q: d.Q, G: d.G}}, X: x}
	key.Y = new(big.Int).Exp(d.G, x, d.P)
	return dsaKey{key}, nil
}
