package iam

import (
	"context"
	"fmt"
	"time"

	"github.com/mockmd/mockmd/sdk"
)

// mfaCode is a code that somebody has given for a grant. It is used once.
type mfaCode struct {
	code  secret
	given time.Time
}

// mfaLife is how long a code is of use: devices show another every 30 s, and
// AWS takes that of the neighbouring times too.
const mfaLife = 90 * time.Second

// takeCode returns the code that was given for a grant, and forgets it: AWS
// takes none twice.
func (s *state) takeCode(g *grantState) (secret, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	given := g.mfa
	g.mfa = mfaCode{}
	return given.code, !given.code.empty() && s.now().Sub(given.given) < mfaLife
}

// needsCode says that only a person can go on.
func needsCode(g *grant, serial string) *failure {
	return &failure{
		class: classHuman, code: "MFARequired", during: "an MFA code is needed",
		reason: fmt.Sprintf("the role wants a code of the device %s", serial),
		mend:   fmt.Sprintf(`POST {"Role": %q, "Code": "123456"} with the device's code to /mfa`, g.name),
	}
}

// wantsMFA says whether any step of the role shows a code.
func (r *role) wantsMFA() bool {
	for _, s := range r.steps {
		if s.mfaSerial != "" {
			return true
		}
	}
	return false
}

// takeMFA is the action that takes a code.
func (p *plugin) takeMFA(ctx context.Context, body []byte) ([]byte, error) {
	values, err := readObject(body, []string{fieldRole, fieldCode})
	if err != nil {
		return nil, err
	}
	if !codePattern.MatchString(values[fieldCode]) {
		return nil, sdk.Invalid("%s must be the 6 digits that the device shows", fieldCode)
	}
	if err := p.ready(ctx); err != nil {
		return nil, err
	}
	return nil, p.state.giveCode(values[fieldRole], newSecret(values[fieldCode]))
}

// giveCode hands a code to the grants of a role, or of the only one that wants
// any.
func (s *state) giveCode(name string, code secret) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var wanting []*grantState
	for _, g := range s.sorted() {
		if g.wantsMFA() && (name == "" || g.name == name) {
			wanting = append(wanting, g)
		}
	}
	if len(wanting) == 0 {
		return sdk.Conflict("no such role has an mfa_serial")
	}
	for _, g := range wanting {
		if g.name != wanting[0].name {
			return sdk.Invalid("several roles have an mfa_serial; name one with %s", fieldRole)
		}
	}
	for _, g := range wanting { // one code opens one session: the first in need takes it
		if g.failure != nil && g.failure.code == "MFARequired" || len(wanting) == 1 || g == wanting[len(wanting)-1] {
			g.mfa = mfaCode{code, s.now()}
			g.stir(s, true)
			return nil
		}
	}
	return nil
}
