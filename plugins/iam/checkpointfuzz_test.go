package iam

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/mockmd/mockmd/sdk"
)

// savedErrors are all texts that what was saved can be refused with.
var savedErrors = regexp.MustCompile(`^the checkpoint (is not readable|has version -?\d+, want 2)$`)

// FuzzCheckpoint takes up whatever a checkpoint or the state file may hold, as
// both are read alike. What is taken up can be written again and read again as
// the same, and none of its secrets is told.
func FuzzCheckpoint(f *testing.F) {
	const config = oneRole + "\n" + identityOnly
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	still := func() *clock {
		return &clock{wall: func() time.Time { return now }, elapsed: func() time.Duration { return time.Hour }, boot: "this one"}
	}
	for _, seed := range []string{
		"", "{}", "null", "[]", `{"version":1}`, `{"version":2}`, `{"version":2,"version":3}`, `{"version":2,"place":"elsewhere"}`,
		`{"version":2,"place":"aws","current":1,"last_id":1,"bootstraps":[{"id":1,"keys":{"id":"AKIA","secret":"CANARY"},"posted":"2026-01-02T03:04:05Z"}]}`,
		`{"version":2,"place":"aws","current":2,"last_id":-1,"bootstraps":[{"id":1,"keys":{"id":"AKIA","secret":"CANARY"}},{"id":1,"keys":{"id":"B","secret":"CANARY"},"simulated":true}]}`,
		`{"version":2,"place":"aws","clock":{"boot":"this one","base":"9999-12-31T23:59:59Z","at":"0001-01-01T00:00:01Z","since":-9223372036854775808}}`,
		`{"version":2,"place":"aws","clock":{"boot":"another","base":"9999-12-31T23:59:59Z"}}`,
		`{"version":2,"place":"aws","changed":"9999-12-31T23:59:59+23:59","sim_key":"AAAA","sim_port":1}`,
	} {
		f.Add([]byte(seed))
	}
	// A whole one; TERMS are those of the role as it is configured.
	const aSession = `"session":{"keys":{"id":"ASIA","secret":"CANARY","token":"CANARY"},"source":"bootstrap","signed_by":"AKIA",` +
		`"arn":"arn:aws:sts::123456789012:assumed-role/app/s","issued":"2026-01-02T03:00:00Z","expires":"2026-01-02T04:00:00Z","renew":"2026-01-02T03:30:00Z"}`
	for _, grant := range []string{
		`"works":1,"owner":"123456789012","identity":"x",` + aSession, `"works":9,` + aSession, `"forgotten":true,` + aSession,
		strings.Replace(aSession, "T04:", "T03:", 1), strings.Replace(aSession, `"bootstrap"`, `"profile"`, 1), strings.Replace(aSession, ":sts:", ":iam:", 1),
		strings.Replace(aSession, `"ASIA"`, `"CANARY CANARY"`, 1), `"session":{}`,
	} {
		f.Add([]byte(`{"version":2,"place":"aws","current":1,"last_id":2,"bootstraps":[{"id":1,"keys":{"id":"AKIA","secret":"CANARY"},"posted":"2026-01-02T03:00:00Z"}],` +
			`"grants":{"app":{"terms":"TERMS",` + grant + `},"gone":{}},"sim_key":"` + strings.Repeat("A", 43) + `=","sim_port":80,` +
			`"changed":"2026-01-02T03:04:00Z","clock":{"boot":"this one","base":"2026-01-02T03:00:01Z","at":"2026-01-02T03:00:00Z","since":3500000000000}}`))
	}
	var g *rig // for its settings
	var configured sync.Once
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > sdk.MaxCheckpoint {
			t.Skip("the core keeps no more")
		}
		configured.Do(func() { g = newRig(t, config) })
		take := func(data []byte) (s *state, log *logBuffer, err error) {
			log = &logBuffer{}
			s = newState(g.p.settings, still(), func() float64 { return 0 }, hclog.New(&hclog.LoggerOptions{Level: hclog.Debug, Output: log}))
			if err := s.prepare([]*sdk.Instance{g.in}); err != nil {
				t.Fatal(err)
			}
			return s, log, s.restore(bytes.ReplaceAll(data, []byte("TERMS"), []byte(g.grant("app").terms())))
		}
		s, log, err := take(data)
		if err != nil {
			if !savedErrors.MatchString(err.Error()) {
				t.Errorf("%q: the error is none of those that say nothing of it: %v", data, err)
			}
			return
		}
		first, err := s.checkpoint()
		if err != nil {
			t.Fatalf("%q is taken up but cannot be saved again: %v", data, err)
		}
		again, _, err := take(first)
		if err != nil {
			t.Fatalf("%q is taken up and saved as %q, which is refused: %v", data, first, err)
		}
		second, err := again.checkpoint()
		if err != nil || !bytes.Equal(first, second) {
			t.Errorf("%q is saved as\n%s\nand that as\n%s, %v", data, first, second, err)
		}
		if bytes.Contains(data, []byte(`"CANARY"`)) && strings.Contains(log.String(), "CANARY") {
			t.Errorf("%q: a secret is logged: %s", data, log.String())
		}
		for _, st := range s.grants {
			if st.session != nil && !st.session.valid(now) {
				t.Errorf("%q: an expired session is taken up", data)
			}
		}
	})
}
