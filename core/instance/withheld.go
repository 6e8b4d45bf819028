package instance

import "github.com/mockmd/mockmd/sdk/wire"

// withhold marks all that is reported while settle runs: it is about values
// that may be secrets, such as user data or a private key that was taken for a
// public one.
func (b *builder) withhold(settle func()) {
	before := len(b.diags)
	settle()
	for _, d := range b.diags[before:] {
		d.Extra = wire.Withheld{}
	}
}
