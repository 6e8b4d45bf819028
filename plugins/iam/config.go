package iam

import (
	"context"
	"slices"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/mockmd/mockmd/sdk"
)

// configBlock is the config block of the plugin.
type configBlock struct {
	Roles    []roleBlock    `hcl:"role,block"`
	Identity *identityBlock `hcl:"identity_role,block"`
	ECS      []ecsBlock     `hcl:"ecs,block"`
	STS      *stsBlock      `hcl:"sts,block"`
}

// settings are the checked configuration.
type settings struct {
	roles           []*role    // the role blocks
	identities      []identity // one for each instance, or none
	identityAccount string     // of the identity_role block; empty without one
	ecs             []*ecsSet
	sts             stsSettings
	mounts          []string // that the plugin's block names; none: it serves all it has
}

// all returns every role that is assumed.
func (s *settings) all() []*role {
	out := slices.Clone(s.roles)
	for _, own := range s.identities {
		out = append(out, own.role)
	}
	return out
}

// named returns the role of a role block.
func (s *settings) named(name string) (*role, bool) {
	i := slices.IndexFunc(s.roles, func(r *role) bool { return r.name == name })
	if i < 0 {
		return nil, false
	}
	return s.roles[i], true
}

// role is one role to assume.
type role struct {
	name, arn, sessionName, externalID string
	account, partition                 string // of the ARN
	duration                           time.Duration
}

// Configure checks the configuration. It calls nobody and binds nothing.
func (p *plugin) Configure(_ context.Context, c *sdk.Config) error {
	p.log = c.Log
	if p.log == nil {
		p.log = hclog.NewNullLogger()
	}
	var block configBlock
	diags := c.Decode(&block)
	diags = sdk.Together(diags, p.check(c, &block))
	p.gap = gapOther
	if p.settings.sts.place() == placeAWS {
		p.gap = gapAWS
	}
	p.state = newState(p.settings, p.now, p.random, p.log)
	if len(diags) == 0 {
		return nil
	}
	return diags
}

// check returns what HCL itself cannot find. The block is as complete as HCL
// could make it, so that all mistakes are told at once.
func (p *plugin) check(c *sdk.Config, block *configBlock) hcl.Diagnostics {
	var diags hcl.Diagnostics
	p.settings = &settings{mounts: c.Mounts}
	simulated := block.STS != nil && block.STS.Simulated != nil && *block.STS.Simulated
	if !simulated && !slices.ContainsFunc(c.Body.Blocks, func(b *hclsyntax.Block) bool { return b.Type == "role" || b.Type == "identity_role" }) {
		diags = append(diags, sdk.Errorf(c.Body.MissingItemRange(), "No role to assume",
			"The iam plugin needs at least one role block, role \"NAME\" { arn = \"arn:aws:iam::ACCOUNT:role/NAME\" }, or an identity_role block."))
	}
	first := map[string]hcl.Range{}
	for i := range block.Roles {
		b := &block.Roles[i]
		if at, twice := first[b.Name]; twice {
			diags = append(diags, sdk.Errorf(b.NameRange, "Duplicate role", "The role %q is defined at %s already.", b.Name, at))
			continue
		}
		first[b.Name] = b.NameRange
		r, more := b.check(c.Instances)
		diags = append(diags, more...)
		p.settings.roles = append(p.settings.roles, r)
	}
	var more hcl.Diagnostics
	p.settings.sts, more = block.STS.check(c.Instances)
	diags = append(diags, more...)
	diags = append(diags, p.settings.checkIdentity(block.Identity, c.Instances)...)
	diags = append(diags, p.settings.checkECS(block.ECS, c.Instances)...)
	if len(p.settings.roles) > 0 || block.Identity != nil || simulated {
		diags = append(diags, p.settings.checkInstances(c)...)
	}
	return diags
}
