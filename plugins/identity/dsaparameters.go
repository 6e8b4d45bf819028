package identity

import (
	"crypto/dsa" //nolint:staticcheck // the real service signs pkcs7 with DSA
	"math/big"
)

// The domain parameters of all DSA keys that are made here. Parameters are
// public and may be shared; finding them takes seconds, so they are fixed.
// Anybody can derive them again: as FIPS 186-4 lays down in appendices A.1.1.2
// and A.2.3, with SHA-256 and index 1, from the first seed that gives a prime
// q. The seeds are the SHA-256 digests of the phrase with 0, 1, 2, …
const (
	dsaSeedPhrase = "mockmd instance identity: DSA domain parameters, seed %d"
	dsaSeedTry    = 21
	dsaCounter    = 34

	dsaHexP = "9a7bf17448dbe778f3cb27a1d0879d2c0da97e5234cb02266393f5cf52cd9022" +
		"db527ee1dfeebf2af6f58764880393f5ffd223474c7cd0ff73945ee8d21ffaa1" +
		"3b087369a3b13e972492fa6069fd0c573521f3a8c7f19dfe9df9b44510b7b0a0" +
		"c76ae84c7689972b1b9c6c9a7ab4e5fd984052dfa28c4c9d4f93479f8cf4ae8f"
	dsaHexQ = "dedba9265a67e321df12d99943955f0c432f1c11"
	dsaHexG = "28069acc176a8474cfa498a350718c66dbaa52babc775f60e745dfd52f24ea41" +
		"d8e517c9a11d13147f67733ba9af0307328deda71c3b2b59d466eadcd2ec3aed" +
		"e8f9069c7a4dfd3d5d65edc5c54452e2081b120a984f7993160a7357fc34b687" +
		"81e2913b0e34c5bec63bd2dcbb49c6951f1c6649d3fb8aefc62bcd88a8e9e6bf"
)

// The sizes in bits of p and q, as the real service has them.
const (
	dsaBitsP = 1024
	dsaBitsQ = 160
)

func dsaParameters() dsa.Parameters {
	number := func(hex string) *big.Int {
		n, _ := new(big.Int).SetString(hex, 16) // a constant, and a test reads it
		return n
	}
	return dsa.Parameters{P: number(dsaHexP), Q: number(dsaHexQ), G: number(dsaHexG)}
}
