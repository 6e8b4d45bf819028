package instance

// Withheld is the Extra of a diagnostic about a value that may be a secret,
// such as user data or a private key that was taken for a public one. Who
// prints the diagnostic must not print the source that it points at.
type Withheld struct{}

// withhold marks all that is reported while settle runs.
func (b *builder) withhold(settle func()) {
	before := len(b.diags)
	settle()
	for _, d := range b.diags[before:] {
		d.Extra = Withheld{}
	}
}
