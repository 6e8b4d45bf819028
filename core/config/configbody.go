package config

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
	"github.com/mockmd/mockmd/sdk/wire"
)

// config evaluates a config block, which may be nil: then what a plugin misses
// in it is reported at the plugin's header.
func (l *loader) config(block *hcl.Block, header hcl.Range) *pluginv1.Body {
	body := &hclsyntax.Body{
		SrcRange: header,
		EndRange: hcl.Range{Filename: header.Filename, Start: header.End, End: header.End},
	}
	if block != nil {
		body = l.withoutDynamic(block.Body.(*hclsyntax.Body))
	}
	out, diags := wire.EncodeBody(body, l.ctx)
	for _, d := range diags {
		if at, ok := failedIn(out, d); ok {
			d.Extra = failedValue{at: at, inner: d.Extra}
		}
	}
	l.add(diags)
	return out
}

// withoutDynamic reports dynamic blocks, which other uses of HCL have, and
// leaves them out.
func (l *loader) withoutDynamic(b *hclsyntax.Body) *hclsyntax.Body {
	out := *b
	out.Blocks = nil
	for _, block := range b.Blocks {
		if block.Type == "dynamic" {
			l.errorAt(block.DefRange(), "Dynamic blocks are not supported",
				"Blocks inside config are written out one by one. Where the plugin takes a list or map instead, a for expression makes one.")
			continue
		}
		inner := *block
		inner.Body = l.withoutDynamic(block.Body)
		out.Blocks = append(out.Blocks, &inner)
	}
	return &out
}

// failedIn returns the range of the value whose evaluation gave an error.
func failedIn(b *pluginv1.Body, d *hcl.Diagnostic) (hcl.Range, bool) {
	if d.Severity != hcl.DiagError || d.Subject == nil {
		return hcl.Range{}, false
	}
	for _, a := range b.GetAttributes() {
		at := wire.DecodeRange(a.GetValueRange())
		if len(a.GetJson()) == 0 && within(*d.Subject, at) {
			return at, true
		}
	}
	for _, block := range b.GetBlocks() {
		if at, ok := failedIn(block.GetBody(), d); ok {
			return at, true
		}
	}
	return hcl.Range{}, false
}

// failedValue marks a diagnostic of the core with the value, in a config
// block, that could not be evaluated.
type failedValue struct {
	at    hcl.Range
	inner any
}

// UnwrapDiagnosticExtra gives access to what HCL itself attached.
func (f failedValue) UnwrapDiagnosticExtra() any { return f.inner }

// Filter returns the diagnostics of a plugin without those that only follow
// from an error of the core: those about a value that the core, whose
// diagnostics are given too, could not evaluate, so that the plugin has not
// seen it.
func Filter(core, plugin hcl.Diagnostics) hcl.Diagnostics {
	var failed []hcl.Range
	for _, d := range core {
		if f, ok := hcl.DiagnosticExtra[failedValue](d); ok {
			failed = append(failed, f.at)
		}
	}
	var out hcl.Diagnostics
	for _, d := range plugin {
		follows := d.Subject != nil && slices.ContainsFunc(failed, func(r hcl.Range) bool { return within(*d.Subject, r) })
		if !follows {
			out = append(out, d)
		}
	}
	return out
}

// within says whether a piece of source lies in another one.
func within(inner, outer hcl.Range) bool {
	return inner.Filename == outer.Filename &&
		inner.Start.Byte >= outer.Start.Byte && inner.End.Byte <= outer.End.Byte
}
