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
	Roles        []roleBlock        `hcl:"role,block" doc:"A role that instances and tasks can have."`
	Identity     *identityBlock     `hcl:"identity_role,block" doc:"What stands in for the instance identity role."`
	ECS          []ecsBlock         `hcl:"ecs,block" doc:"Task credentials under meta-data/iam-ecs-N."`
	Sources      []string           `hcl:"sources,optional" doc:"Sources that roles use, by name, the best first; left out, all of them in the order of their blocks."`
	Bootstrap    *bootstrapBlock    `hcl:"bootstrap,block" doc:"Source: credentials that are posted once; the role renews itself then. The only source when there is no block of one."`
	DefaultChain []chainBlock       `hcl:"default_chain,block" doc:"Source: the credentials that every AWS SDK finds on this host."`
	WebIdentity  []webIdentityBlock `hcl:"web_identity,block" doc:"Source: a token of another identity provider."`
	Static       []staticBlock      `hcl:"static,block" doc:"Source: credentials that are served as they are."`
	STS          *stsBlock          `hcl:"sts,block" doc:"Which STS is asked, and how; left out, that of AWS in the region of the instance."`
	StateFile    *string            `hcl:"state_file" doc:"File that the sessions are kept in over a restart, in the plugin's folder of state_dir or absolute; left out, they are in memory only."`
}

// settings are the checked configuration.
type settings struct {
	roles           []*role // the role blocks
	identity        *role   // nil: there is none
	identityAccount string  // of the identity_role block; empty without one
	ecs             []*ecsSet
	sources         sourceList
	sts             stsSettings
	stateFile       string   // absolute; empty: nothing is kept
	mounts          []string // that the plugin's block names; none: it serves all it has
}

// all returns every role.
func (s *settings) all() []*role {
	out := slices.Clone(s.roles)
	if s.identity != nil {
		out = append(out, s.identity)
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

// rolesOf returns the roles whose credentials an instance can read.
func (s *settings) rolesOf(in *sdk.Instance) []*role {
	var out []*role
	if r, ok, err := s.roleOf(in); err == nil && ok {
		out = append(out, r)
	}
	if s.identity != nil {
		out = append(out, s.identity)
	}
	for _, set := range s.ecs {
		for _, task := range set.tasks {
			if set.on(in) && !slices.Contains(out, task.role) {
				out = append(out, task.role)
			}
		}
	}
	return out
}

// chains are the sources that are the SDK's chain.
func (s *settings) chains() []*chainSource {
	var out []*chainSource
	for _, src := range s.sources.all {
		if c, ok := src.(*chainSource); ok {
			out = append(out, c)
		}
	}
	return out
}

// bootstraps says whether any role takes bootstrap credentials.
func (s *settings) bootstraps() bool {
	return slices.ContainsFunc(s.all(), func(r *role) bool { return r.has(kindBootstrap) })
}

// Options tells the options for people.
func (*plugin) Options() any { return configBlock{} }

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
	p.state = newState(p.settings, p.clock, p.random, p.log)
	if len(diags) == 0 || !diags.HasErrors() {
		if err := p.state.prepare(c.Instances); err != nil {
			return err
		}
	}
	if len(diags) == 0 {
		return nil
	}
	return withhold(diags, c.Body)
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
	var more hcl.Diagnostics
	p.settings.sts, more = block.STS.check(c)
	sts := more
	sources := p.settings.sources.check(c, block, p.settings.sts.region)
	first := map[string]hcl.Range{}
	for i := range block.Roles {
		b := &block.Roles[i]
		if at, twice := first[b.Name]; twice {
			diags = append(diags, sdk.Errorf(b.NameRange, "Duplicate role", "The role %q is defined at %s already.", b.Name, at))
			continue
		}
		first[b.Name] = b.NameRange
		r, more := b.check(&p.settings.sources, c.Instances)
		diags = append(diags, more...)
		p.settings.roles = append(p.settings.roles, r)
	}
	diags = append(append(diags, sources...), sts...)
	diags = append(diags, p.settings.checkIdentity(block.Identity, c.Instances)...)
	diags = append(diags, p.settings.checkECS(block.ECS, c.Instances)...)
	diags = append(diags, p.settings.checkStateFile(c, block.StateFile)...)
	if len(p.settings.roles) > 0 || block.Identity != nil || simulated {
		diags = append(diags, p.settings.checkInstances(c)...)
	}
	return diags
}

// sourceTick is how often the files of the SDK's chain are looked at.
const sourceTick = 5 * time.Second
