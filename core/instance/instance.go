package instance

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
)

// Instance is one instance block, complete: what the block says and what was
// derived from the seed.
type Instance struct {
	// Facts are complete and agree with each other.
	Facts sdk.Instance
	// Ranges tell where the value of each fact stands that the user wrote and
	// that was taken, by its name in the instance block.
	Ranges map[string]hcl.Range
}

// Decode reads an instance block; a nil body is a block that is not there, so
// that every fact is derived. Expressions are evaluated in ctx, which may be
// nil.
//
// The same seed gives the same facts, for ever and on each machine.
//
// Mistakes come back as diagnostics with the range of the wrong value, in the
// order of the file. The instance is complete even then: in it the wrong
// arguments have been replaced by what is derived when they are left out, so
// that everything else can still be checked in the same run.
func Decode(body hcl.Body, ctx *hcl.EvalContext, seed string) (*Instance, hcl.Diagnostics) {
	return decode(body, ctx, deriver(seed), deriver(seed))
}

// DecodeLabelled is Decode for an instance with a label, which is mixed into
// the seed of the configuration: each label gives another instance. The
// account alone is derived from the seed of the configuration, so that all
// instances are in one account.
func DecodeLabelled(body hcl.Body, ctx *hcl.EvalContext, seed, label string) (*Instance, hcl.Diagnostics) {
	in, diags := decode(body, ctx, deriver(seed+"\x00instance\x00"+label), deriver(seed))
	in.Facts.Label = label
	return in, diags
}

// decode is Decode with a seed for the account by itself.
func decode(body hcl.Body, ctx *hcl.EvalContext, seed, account deriver) (*Instance, hcl.Diagnostics) {
	if body == nil {
		body = hcl.EmptyBody()
	}
	args, diags := readArguments(body, ctx)
	b := &builder{
		seed:    seed,
		account: account,
		ranges:  map[string]hcl.Range{},
		refused: map[string]bool{},
		diags:   diags,
	}
	b.identify(args)
	b.locate(args)
	b.equip(args)
	b.virtualize(args)
	b.market(args)
	b.place(args)
	b.placeOnOutpost(args)
	b.connect(args)
	b.describe(args)
	b.attach(args)
	b.accelerate(args)
	b.authorize(args)
	b.userData(args)
	b.metadata(args)
	in := &Instance{Facts: b.facts, Ranges: b.ranges}
	sortDiagnostics(b.diags)
	return in, b.diags
}
