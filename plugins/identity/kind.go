package identity

import (
	"crypto/dsa" //nolint:staticcheck // the real service signs pkcs7 with DSA
	"crypto/rsa"
	"io"
	"slices"
	"time"
)

// kind is one of the signatures of the document. Its name is that of the path,
// and of the key pair that it is made with.
type kind struct {
	name  string
	since string // API version
	needs string // the key, for people
	dated bool   // it tells when it was made
	// fits tells whether a certificate's key will do.
	fits func(public any) bool
	// make makes a new key pair.
	make func(random io.Reader) (*pair, error)
	// sign makes the signature of document, as bytes.
	sign func(p *pair, random io.Reader, document []byte, at time.Time) ([]byte, error)
}

// kinds returns the signatures, those whose keys are made fastest first. The
// real service may have dsa2048 too, of which no capture is known.
func kinds() []kind {
	return []kind{
		{
			name: "pkcs7", since: "2009-04-04", dated: true, needs: "a DSA key of 1024 bits with a q of 160",
			fits: func(public any) bool {
				k, ok := public.(*dsa.PublicKey)
				return ok && k.P.BitLen() == dsaBitsP && k.Q.BitLen() == dsaBitsQ
			},
			make: makeDSAPair,
			sign: signedData{digest: oidSHA1, signature: algorithm(oidDSAWithSHA1), hash: sha1Sum}.sign,
		},
		{
			name: "signature", since: "2009-04-04", needs: "an RSA key of at least 1024 bits",
			fits: atLeast(1024),
			make: makeSignaturePair,
			sign: func(p *pair, random io.Reader, document []byte, _ time.Time) ([]byte, error) {
				return p.key.sign(random, document)
			},
		},
		{
			name: "rsa2048", since: "2016-01-01", dated: true, needs: "an RSA key of at least 2048 bits",
			fits: atLeast(2048),
			make: makeRSA2048Pair,
			sign: signedData{digest: oidSHA256, signature: withNull(oidSHA256WithRSA), hash: sha256Sum}.sign,
		},
	}
}

func atLeast(bits int) func(any) bool {
	return func(public any) bool {
		k, ok := public.(*rsa.PublicKey)
		return ok && k.N.BitLen() >= bits
	}
}

func findKind(name string) (kind, bool) {
	all := kinds()
	i := slices.IndexFunc(all, func(k kind) bool { return k.name == name })
	if i < 0 {
		return kind{}, false
	}
	return all[i], true
}
