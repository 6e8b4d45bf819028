package iam

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/mockmd/mockmd/sdk"
)

// source is where sessions come from.
type source interface {
	// name is how role blocks call it, and kind the type of its block.
	name() string
	kind() string
	// ways are how a session of a grant can be had now, the best first. None
	// are there while the source waits for something. The state is locked.
	ways(s *state, g *grantState) []way
	// waits says what a person has to do when there are none.
	waits() string
}

// way is one way to a session.
type way struct {
	by source
	// own says that the role's own session signs: only the role itself is
	// assumed, whatever hops there were before.
	own bool
	set *bootstrap // of the bootstrap source; nil when own
	// start gets what the first call is made with. Again, which may be nil,
	// does so anew after what start gave was refused, and returns false when
	// there is nothing new.
	start func(ctx context.Context) (ticket, *failure)
	again func(ctx context.Context, refused ticket) (ticket, bool)
}

// signs says for logs what signs or stands in for a signature.
func (w way) signs() string {
	if w.own {
		return "session"
	}
	return w.by.name()
}

// ticket is what the first call of a way is made with: keys, or a web identity
// token, or, when there is nothing to call, a whole session.
type ticket struct {
	keys  keys
	web   secret
	ready *assumed
}

// longTerm says whether the keys may show an MFA code: sessions cannot.
func (t ticket) longTerm() bool { return t.ready == nil && t.web.empty() && !t.keys.temporary() }

// signer is the access key id for logs; empty without one.
func (t ticket) signer() string { return t.keys.accessKeyID }

// secrets are what must not be repeated of an answer.
func (t ticket) secrets() []secret { return []secret{t.keys.secret, t.keys.token, t.web} }

// sourceList are the configured sources, and those that a role uses which
// names none.
type sourceList struct {
	all  []source
	used []source
}

// at returns the source of a name.
func (l *sourceList) at(name string) (source, bool) {
	i := slices.IndexFunc(l.all, func(s source) bool { return s.name() == name })
	if i < 0 {
		return nil, false
	}
	return l.all[i], true
}

// pick returns the sources that a list of names means. At is where it stands.
func (l *sourceList) pick(names []string, at hcl.Range) ([]source, hcl.Diagnostics) {
	var out []source
	var diags hcl.Diagnostics
	for i, name := range names {
		s, ok := l.at(name)
		switch {
		case !ok:
			diags = append(diags, sdk.Errorf(at, "Unknown source", "There is no source %q; %s", name, l.nearest(name)))
		case slices.Contains(names[:i], name):
			diags = append(diags, sdk.Errorf(at, "Source named twice", "The source %q is named twice.", name))
		default:
			out = append(out, s)
		}
	}
	if len(names) == 0 {
		diags = append(diags, sdk.Errorf(at, "No source", "The list is empty, so nothing would ever be assumed. Leave it out to use every source in the order of their blocks."))
	}
	return out, diags
}

// nearest proposes a source for a name that is none.
func (l *sourceList) nearest(name string) string {
	names := make([]string, len(l.all))
	for i, s := range l.all {
		names[i] = s.name()
	}
	return propose(name, names, "there is no source block at all.")
}

// choose sets the sources of a role. At is where its list stands.
func (r *role) choose(l *sourceList, names []string, at hcl.Range) hcl.Diagnostics {
	r.sources = l.used
	var diags hcl.Diagnostics
	if names != nil {
		r.sources, diags = l.pick(names, at)
	}
	return append(diags, r.checkWebIdentity(at)...)
}

// check reads all source blocks. They are used in the order in which they
// stand, unless sources says otherwise.
func (l *sourceList) check(c *sdk.Config, b *configBlock, region string) hcl.Diagnostics {
	type placed struct {
		source
		at hcl.Range
	}
	var list []placed
	var diags hcl.Diagnostics
	add := func(s source, at hcl.Range, found hcl.Diagnostics) {
		list, diags = append(list, placed{s, at}), append(diags, found...)
	}
	if b.Bootstrap != nil { // one at most: there is one action that fills it
		add(&bootstrapSource{label: cmp.Or(b.Bootstrap.Name, kindBootstrap)}, b.Bootstrap.At, nil)
	}
	for i := range b.DefaultChain {
		s, found := b.DefaultChain[i].check(region)
		add(s, b.DefaultChain[i].At, found)
	}
	for i := range b.WebIdentity {
		s, found := b.WebIdentity[i].check(c)
		add(s, b.WebIdentity[i].At, found)
	}
	for i := range b.Static {
		s, found := b.Static[i].check(c)
		add(s, b.Static[i].At, found)
	}
	slices.SortStableFunc(list, func(x, y placed) int { return x.at.Start.Byte - y.at.Start.Byte })
	for _, s := range list {
		if _, twice := l.at(s.name()); twice {
			diags = append(diags, sdk.Errorf(s.at, "Duplicate source",
				"There is a source %q already. Give one of them another name: name = \"%s-2\".", s.name(), s.name()))
			continue
		}
		l.all = append(l.all, s.source)
	}
	if len(list) == 0 {
		l.all = []source{&bootstrapSource{label: kindBootstrap}}
	}
	l.used = l.all
	if b.Sources != nil {
		var found hcl.Diagnostics
		l.used, found = l.pick(b.Sources, valueRange(c.Body, "sources", c.Body.MissingItemRange()))
		diags = append(diags, found...)
	}
	return diags
}

// bodyOf is what stands in a block, for ranges. It is empty when there is no
// more than the block's name.
func bodyOf(b hcl.Body) *hclsyntax.Body {
	if body, ok := b.(*hclsyntax.Body); ok {
		return body
	}
	return &hclsyntax.Body{}
}

// describeSources names sources for people.
func describeSources(list []source) string {
	names := make([]string, len(list))
	for i, s := range list {
		names[i] = s.name()
		if s.kind() != s.name() {
			names[i] = fmt.Sprintf("%s (%s)", s.name(), s.kind())
		}
	}
	return strings.Join(names, ", then ")
}
