package identity

import "slices"

// The first bytes of the values that are written with an indefinite length.
const (
	berSequence    = 0x30 // SEQUENCE
	berExplicit0   = 0xa0 // [0]
	berOctetString = 0x24 // OCTET STRING in pieces
)

// indefinite writes a value whose end is marked instead of its length told, as
// the BER of ITU-T X.690 section 8.1.3.6 allows and the real service does.
func indefinite(first byte, parts ...[]byte) []byte {
	return slices.Concat([]byte{first, 0x80}, slices.Concat(parts...), []byte{0, 0})
}
