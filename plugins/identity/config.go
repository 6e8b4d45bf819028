package identity

import (
	"context"
	"errors"
	"slices"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
	"github.com/mockmd/mockmd/sdk/statefile"
)

// configBlock is the config block of the plugin.
type configBlock struct {
	Keys []keyBlock `hcl:"key,block" doc:"A key pair of your own, at most one of each kind; of the others mockmd makes one."`
}

// Options tells what the config block takes.
func (*plugin) Options() any { return configBlock{} }

// Configure takes the key pairs that the user gives, and those that an earlier
// run has kept. It makes nothing.
func (p *plugin) Configure(_ context.Context, c *sdk.Config) error {
	p.log = c.Log
	if p.log == nil {
		p.log = hclog.NewNullLogger()
	}
	p.store = store{dir: c.StateDir}
	var block configBlock
	diags := c.Decode(&block)
	diags = sdk.Together(diags, p.check(c, &block))
	if len(diags) == 0 {
		return nil
	}
	return diags
}

// check returns what HCL itself cannot find.
func (p *plugin) check(c *sdk.Config, block *configBlock) hcl.Diagnostics {
	var diags hcl.Diagnostics
	first := map[string]hcl.Range{}
	for i := range block.Keys {
		b := &block.Keys[i]
		if at, twice := first[b.Kind]; twice {
			diags = append(diags, sdk.Errorf(b.KindRange, "Duplicate key", "The key pair of %q is given at %s already.", b.Kind, at))
			continue
		}
		first[b.Kind] = b.KindRange
		k, known := findKind(b.Kind)
		if !known {
			diags = append(diags, sdk.Errorf(b.KindRange, "Unknown signature", "The signatures of the identity document are pkcs7, rsa2048 and signature."))
			continue
		}
		given, more := b.load(c, k)
		diags = append(diags, more...)
		if given != nil {
			p.keys.set(k, given)
		}
	}
	var told []string
	for _, k := range kinds() {
		if _, given := first[k.name]; given {
			continue
		}
		if text := p.takeKept(k); text != "" && !slices.Contains(told, text) { // the folder is the same for all
			told = append(told, text)
			diags = append(diags, sdk.Errorf(c.Body.MissingItemRange(), "Key pair cannot be used", "%s.", text))
		}
	}
	return diags
}

// takeKept takes the pair of an earlier run. It returns what the user has to
// see to; a folder that just cannot be used is no mistake, see Run.
func (p *plugin) takeKept(k kind) string {
	kept, err := p.store.load(k)
	if err == nil {
		p.keys.set(k, kept)
		return ""
	}
	_, refused := errors.AsType[*statefile.RefusedError](err)
	_, bad := errors.AsType[*badFileError](err)
	if !refused && !bad {
		return ""
	}
	return err.Error()
}
