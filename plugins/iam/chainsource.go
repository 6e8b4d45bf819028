package iam

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/plugins/iam/awschain"
	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

const kindChain = "default_chain"

// chainTimeout is how long the chain may take: a credential_process is given a
// minute by the SDK.
const chainTimeout = 65 * time.Second

// chainBlock is default_chain { … }: the credentials that every AWS SDK would
// find on this host.
type chainBlock struct {
	At      hcl.Range `hcl:",def_range"`
	Body    hcl.Body  `hcl:",body"`
	Name    string    `hcl:"name,optional" doc:"What sources calls it; left out, the type of the block."`
	Profile string    `hcl:"profile,optional" doc:"Profile of the shared configuration; left out, as the environment says."`
}

// chain is what the source needs of [awschain.Chain].
type chain interface {
	Retrieve(ctx context.Context) (aws.Credentials, error)
	Forget()
	Changed() bool
}

type chainSource struct {
	label, profile string
	chain          chain
}

var _ source = (*chainSource)(nil)

// profilePattern keeps out what cannot stand in the header of a profile.
var profilePattern = lazyregexp.New(`^[^\x00-\x1f\x7f\[\]]*$`)

func (b *chainBlock) check(region string) (source, hcl.Diagnostics) {
	s := &chainSource{label: cmp.Or(b.Name, kindChain), profile: b.Profile, chain: awschain.New(b.Profile, region)}
	if !profilePattern.MatchString(b.Profile) {
		return s, hcl.Diagnostics{sdk.Errorf(valueRange(bodyOf(b.Body), "profile", b.At), "Invalid profile",
			"A profile is a name of the shared configuration, as in AWS_PROFILE.")}
	}
	return s, nil
}

func (c *chainSource) name() string { return c.label }
func (c *chainSource) kind() string { return kindChain }

// waits is never told: the chain is always asked.
func (c *chainSource) waits() string { return "" }

func (c *chainSource) ways(s *state, _ *grantState) []way {
	return []way{{
		by:    c,
		start: func(ctx context.Context) (ticket, *failure) { return c.ask(ctx, s) },
		again: func(ctx context.Context, refused ticket) (ticket, bool) {
			c.chain.Forget()
			t, f := c.ask(ctx, s)
			return t, f == nil && t.keys.accessKeyID != refused.keys.accessKeyID
		},
	}}
}

// ask walks the chain, and tells the simulated STS what it has found.
func (c *chainSource) ask(ctx context.Context, s *state) (ticket, *failure) {
	ctx, cancel := context.WithTimeout(ctx, chainTimeout)
	defer cancel()
	got, err := c.chain.Retrieve(ctx)
	if err != nil {
		return ticket{}, c.failure(err)
	}
	k := keys{accessKeyID: got.AccessKeyID, secret: newSecret(got.SecretAccessKey), token: newSecret(got.SessionToken)}
	if !accessKeyIDPattern.MatchString(k.accessKeyID) || !printable(got.SecretAccessKey) || !printable(got.SessionToken) || k.secret.empty() {
		return ticket{}, &failure{class: classHuman, reason: "what the chain has found are no credentials"}
	}
	s.know(k, c.label)
	return ticket{keys: k}, nil
}

// failure makes the chain's error one of the life's.
func (c *chainSource) failure(err error) *failure {
	f := &failure{class: classElsewhere, during: "the credential chain fails", reason: clean(err.Error())}
	if known, ok := errors.AsType[*awschain.Error](err); ok {
		f.code, f.mend = clean(known.Code), clean(known.Mend)
		if !known.Passes {
			f.class = classHuman
		}
	}
	return f
}
