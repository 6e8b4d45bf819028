package iam

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
)

// role is a role that instances and tasks can have, as it is configured.
type role struct {
	name               string
	steps              []*step // the hops and, last, the role itself
	sources            []source
	account, partition string // of the role's ARN
}

// step is one AssumeRole on the way to a role.
type step struct {
	arn            template // varies for the simulated identity role only
	sessionName    template
	externalID     template
	duration       time.Duration
	policy         string
	policyARNs     []string
	tags           []stepTag
	transitiveKeys []string
	sourceIdentity template
	mfaSerial      string
}

type stepTag struct {
	key   string
	value template
}

// texts are all that may vary with the instance.
func (s *step) texts() []template {
	out := []template{s.arn, s.sessionName, s.externalID, s.sourceIdentity}
	for _, t := range s.tags {
		out = append(out, t.value)
	}
	return out
}

// varies says that instances have sessions of their own.
func (r *role) varies() bool {
	return slices.ContainsFunc(r.steps, func(s *step) bool { return slices.ContainsFunc(s.texts(), template.varies) })
}

// has says whether the role takes sessions from a kind of source.
func (r *role) has(kind string) bool {
	return slices.ContainsFunc(r.sources, func(s source) bool { return s.kind() == kind })
}

// grant is one set of credentials that is kept alive: a role as it is assumed
// for all instances, or for those for which it is assumed alike.
type grant struct {
	*role
	key      string          // its name in checkpoints
	instance string          // label of the instance it was made for; empty for the unlabelled one and all
	requests []assumeRequest // by step
}

// last is the request for the role itself.
func (g *grant) last() assumeRequest { return g.requests[len(g.requests)-1] }

// who names the grant for people.
func (g *grant) who() string {
	if g.instance == "" {
		return g.name
	}
	return g.name + " of " + g.instance
}

// grant returns the role as it is assumed for an instance; nil stands for any,
// where the role does not vary.
func (r *role) grant(in *sdk.Instance) (*grant, error) {
	g := &grant{role: r, key: r.name}
	var facts *hcl.EvalContext
	if r.varies() {
		var err error
		if facts, err = factsOf(in); err != nil {
			return nil, err
		}
		g.instance = in.Label
	}
	for _, s := range r.steps {
		q, err := s.request(facts)
		if err != nil {
			return nil, fmt.Errorf("role %q for %s: %w", r.name, describeInstance(in), err)
		}
		g.requests = append(g.requests, q)
	}
	if facts != nil {
		g.key += "#" + g.terms()[:16]
	}
	return g, nil
}

// request renders a step and checks what varies against the limits of STS.
func (s *step) request(facts *hcl.EvalContext) (assumeRequest, error) {
	q := assumeRequest{
		duration: s.duration, policy: s.policy, policyARNs: s.policyARNs,
		transitiveKeys: s.transitiveKeys, mfaSerial: s.mfaSerial,
	}
	var first error
	render := func(t template, check func(string) problem) string {
		text, err := t.render(facts)
		if err == nil && text != "" && check != nil {
			if p := check(text); p != "" {
				err = fmt.Errorf("%q: %s", text, p)
			}
		}
		if err != nil && first == nil {
			first = err
		}
		return text
	}
	q.roleARN = render(s.arn, nil)
	q.sessionName = render(s.sessionName, sessionNameProblem)
	q.externalID = render(s.externalID, externalIDProblem)
	q.sourceIdentity = render(s.sourceIdentity, sourceIdentityProblem)
	for _, t := range s.tags {
		q.tags = append(q.tags, tag{t.key, render(t.value, tagValueProblem)})
	}
	return q, first
}

// describeInstance names an instance in a sentence.
func describeInstance(in *sdk.Instance) string {
	if in == nil || in.Label == "" {
		return "the instance"
	}
	return "instance \"" + in.Label + "\""
}

// terms tell whether a session that was made for one grant may stand for
// another; how long it lives does not matter.
func (g *grant) terms() string {
	sum := sha256.New()
	for _, q := range g.requests {
		fmt.Fprintf(sum, "%q %q %q %q %q %q %q %q %q\n", q.roleARN, q.sessionName, q.externalID,
			q.policy, q.policyARNs, q.tags, q.transitiveKeys, q.sourceIdentity, q.mfaSerial)
	}
	return hex.EncodeToString(sum.Sum(nil))
}
