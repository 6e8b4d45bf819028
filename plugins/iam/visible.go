package iam

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// What the action credentials answers. No field can hold a secret.
type (
	toldState struct {
		STS       string       `json:"sts"`
		SkewSecs  int64        `json:"clock_skew_seconds"`
		StateFile string       `json:"state_file,omitempty"`
		Sources   []toldSource `json:"sources"`
		Roles     []toldRole   `json:"roles"`
	}
	toldSource struct {
		Name   string     `json:"name"`
		Kind   string     `json:"kind"`
		State  string     `json:"state"` // ready, waiting or failing
		Detail string     `json:"detail,omitempty"`
		Error  *toldError `json:"error,omitempty"`
	}
	toldRole struct {
		Role        string     `json:"role"`
		Instance    string     `json:"instance"`
		RoleARN     string     `json:"role_arn"`
		Account     string     `json:"account"`
		SessionARN  string     `json:"session_arn,omitempty"`
		State       string     `json:"state"` // valid, waiting, failing, expired or forgotten
		AccessKeyID string     `json:"access_key_id,omitempty"`
		Issued      string     `json:"issued,omitempty"`
		Expires     string     `json:"expires,omitempty"`
		NextRefresh string     `json:"next_refresh,omitempty"`
		Source      string     `json:"source,omitempty"`
		SignedBy    string     `json:"signed_by,omitempty"`
		Attempts    int        `json:"attempts"`
		Error       *toldError `json:"error,omitempty"`
	}
	toldError struct {
		Class   string `json:"class"`
		Code    string `json:"code,omitempty"`
		Message string `json:"message"`
		Mend    string `json:"mend,omitempty"`
		Since   string `json:"since,omitempty"`
	}
)

// maxTold is how many roles are told: as many as fit the answer of an action.
// With an instance for each client there may be more.
const maxTold = 60

// tellCredentials is the action that shows what there is.
func (p *plugin) tellCredentials(context.Context, []byte) ([]byte, error) {
	return json.Marshal(p.state.tell())
}

// tell says what each role holds and what its worker will do.
func (s *state) tell() toldState {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := toldState{
		STS: s.settings.sts.describe(), SkewSecs: int64(s.clock.skew() / time.Second), StateFile: s.settings.stateFile,
		Sources: []toldSource{}, Roles: []toldRole{},
	}
	grants := s.sorted()
	for _, src := range s.settings.sources.all {
		out.Sources = append(out.Sources, s.tellSource(src, grants))
	}
	for _, g := range grants[:min(len(grants), maxTold)] {
		out.Roles = append(out.Roles, s.tellRole(g))
	}
	return out
}

// tellSource says how a source fares, by the grants that use it.
func (s *state) tellSource(src source, grants []*grantState) toldSource {
	t := toldSource{Name: src.name(), Kind: src.kind(), State: "ready"}
	if src.kind() == kindBootstrap {
		t.State, t.Detail = "waiting", src.waits()
		if s.current != nil {
			t.State, t.Detail = "ready", s.current.keys.accessKeyID+" of "+stamp(s.current.posted)
		}
	}
	for _, g := range grants {
		f := g.passedOver[src.name()]
		if src.kind() == kindBootstrap && g.has(kindBootstrap) {
			f = g.refused
		}
		if f != nil {
			t.State, t.Error = "failing", tellError(f)
		}
	}
	return t
}

func (s *state) tellRole(g *grantState) toldRole {
	t := toldRole{
		Role: g.name, Instance: g.instance, RoleARN: g.last().roleARN, Account: g.account, State: "waiting", Attempts: g.attempts,
		NextRefresh: when(g.next), Error: tellError(g.failure),
	}
	if t.Error == nil { // the source that is preferred has something to say
		for _, name := range slices.Sorted(maps.Keys(g.passedOver)) {
			t.Error = tellError(g.passedOver[name])
			break
		}
	}
	switch v := g.session; {
	case v.valid(s.now()):
		t.State, t.Account, t.SessionARN = "valid", v.account, v.arn
		t.AccessKeyID, t.Issued, t.Expires = v.keys.accessKeyID, when(v.issued), when(v.expires)
		t.Source, t.SignedBy = v.source, v.signedBy
	case g.forgotten:
		t.State = "forgotten"
	case v != nil:
		t.State = "expired"
	case g.failure != nil:
		t.State = "failing"
	}
	return t
}

func tellError(f *failure) *toldError {
	if f == nil {
		return nil
	}
	return &toldError{Class: string(f.class), Code: f.code, Message: f.what() + ": " + f.reason, Mend: f.mend, Since: when(f.since)}
}

// when leaves out a time that is not known.
func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return stamp(t)
}
