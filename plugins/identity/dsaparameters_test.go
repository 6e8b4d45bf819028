package identity

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/big"
	"testing"
)

// The parameters are derived once more from the published seed, as FIPS 186-4
// lays down in appendices A.1.1.2 (p and q) and A.2.3 (g).
func TestDSAParameters(t *testing.T) {
	t.Parallel()
	var seed [sha256.Size]byte
	var q *big.Int
	try := 0
	for ; q == nil; try++ {
		seed = sha256.Sum256(fmt.Appendf(nil, dsaSeedPhrase, try))
		q = dsaQ(seed)
	}
	p, counter := dsaP(seed, q)
	g := dsaG(seed, p, q)
	if got, want := try-1, dsaSeedTry; got != want {
		t.Errorf("the first seed that gives a prime q is %d, want %d", got, want)
	}
	if counter != dsaCounter {
		t.Errorf("counter %d, want %d", counter, dsaCounter)
	}
	fixed := dsaParameters()
	for name, pair := range map[string][2]*big.Int{"p": {p, fixed.P}, "q": {q, fixed.Q}, "g": {g, fixed.G}} {
		if pair[0].Cmp(pair[1]) != 0 {
			t.Errorf("%s is not what the seed gives: %x, want %x", name, pair[1], pair[0])
		}
	}
	one := big.NewInt(1)
	switch {
	case fixed.P.BitLen() != 1024 || fixed.Q.BitLen() != 160:
		t.Errorf("sizes %d and %d, want 1024 and 160", fixed.P.BitLen(), fixed.Q.BitLen())
	case !fixed.P.ProbablyPrime(40) || !fixed.Q.ProbablyPrime(40):
		t.Error("p or q is no prime")
	case new(big.Int).Mod(new(big.Int).Sub(fixed.P, one), fixed.Q).Sign() != 0:
		t.Error("q does not divide p-1")
	case fixed.G.Cmp(one) <= 0 || new(big.Int).Exp(fixed.G, fixed.Q, fixed.P).Cmp(one) != 0:
		t.Error("g has not the order q")
	}
}

const outlen = sha256.Size * 8

// dsaQ is steps 6 to 9 of A.1.1.2; nil when the seed gives no prime.
func dsaQ(seed [sha256.Size]byte) *big.Int {
	digest := sha256.Sum256(seed[:])
	half := new(big.Int).Lsh(big.NewInt(1), 159)
	u := new(big.Int).Mod(new(big.Int).SetBytes(digest[:]), half)
	q := new(big.Int).Add(half, u)
	q.SetBit(q, 0, 1) // + 1 - (U mod 2)
	if !q.ProbablyPrime(40) {
		return nil
	}
	return q
}

// dsaP is steps 10 to 14 of A.1.1.2.
func dsaP(seed [sha256.Size]byte, q *big.Int) (p *big.Int, counter int) {
	const bits = 1024
	n := (bits+outlen-1)/outlen - 1
	b := uint(bits - 1 - n*outlen)
	offset := int64(1)
	one := big.NewInt(1)
	modulus := new(big.Int).Lsh(one, outlen)
	for counter := range 4 * bits {
		w := new(big.Int)
		for j := range n + 1 {
			in := new(big.Int).SetBytes(seed[:])
			in.Add(in, big.NewInt(offset+int64(j))).Mod(in, modulus)
			digest := sha256.Sum256(in.FillBytes(make([]byte, sha256.Size)))
			v := new(big.Int).SetBytes(digest[:])
			if j == n {
				v.Mod(v, new(big.Int).Lsh(one, b))
			}
			w.Add(w, v.Lsh(v, uint(j*outlen)))
		}
		x := w.Add(w, new(big.Int).Lsh(one, bits-1))
		c := new(big.Int).Mod(x, new(big.Int).Lsh(q, 1))
		p := new(big.Int).Sub(x, c.Sub(c, one))
		if p.BitLen() == bits && p.ProbablyPrime(40) {
			return p, counter
		}
		offset += int64(n) + 1
	}
	return nil, 0
}

// dsaG is A.2.3 with index 1.
func dsaG(seed [sha256.Size]byte, p, q *big.Int) *big.Int {
	one := big.NewInt(1)
	e := new(big.Int).Div(new(big.Int).Sub(p, one), q)
	for count := uint16(1); ; count++ {
		u := append(append(append([]byte{}, seed[:]...), "ggen"...), 1)
		digest := sha256.Sum256(binary.BigEndian.AppendUint16(u, count))
		g := new(big.Int).Exp(new(big.Int).SetBytes(digest[:]), e, p)
		if g.Cmp(one) > 0 {
			return g
		}
	}
}
