package wire

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	pluginv1 "github.com/mockmd/mockmd/sdk/proto/mockmd/plugin/v1"
)

// EncodeBody evaluates every expression of b in ctx and returns the message
// that carries b to a plugin, its arguments and blocks in the order of the
// source.
//
// An expression that cannot be evaluated, or whose value cannot be sent, gives
// an error diagnostic and crosses as an unknown value (an attribute without
// JSON), so that the plugin can still check all the rest. The message is
// complete and never nil, also with errors. The source of b must be UTF-8, which
// HCL does not insist on everywhere but messages do.
func EncodeBody(b *hclsyntax.Body, ctx *hcl.EvalContext) (*pluginv1.Body, hcl.Diagnostics) {
	return encodeBody(b, ctx, 1)
}

func encodeBody(b *hclsyntax.Body, ctx *hcl.EvalContext, depth int) (*pluginv1.Body, hcl.Diagnostics) {
	var diags hcl.Diagnostics
	out := &pluginv1.Body{Range: EncodeRange(b.SrcRange), EndRange: EncodeRange(b.EndRange)}
	for _, a := range sortedAttributes(b) {
		value, d := encodeValue(a.Expr, ctx)
		diags = append(diags, d...)
		out.Attributes = append(out.Attributes, &pluginv1.Attribute{
			Name:       a.Name,
			Json:       value,
			Range:      EncodeRange(a.SrcRange),
			NameRange:  EncodeRange(a.NameRange),
			ValueRange: EncodeRange(a.Expr.Range()),
		})
	}
	for _, block := range b.Blocks {
		if depth == maxDepth {
			diags = append(diags, &hcl.Diagnostic{
				Severity: hcl.DiagError,
				Summary:  "Blocks nested too deeply",
				Detail:   fmt.Sprintf("A plugin's configuration may have blocks inside blocks %d levels deep.", maxDepth),
				Subject:  block.DefRange().Ptr(),
			})
			break
		}
		body, d := encodeBody(block.Body, ctx, depth+1)
		diags = append(diags, d...)
		out.Blocks = append(out.Blocks, encodeBlock(block, body))
	}
	return out, diags
}

func encodeBlock(b *hclsyntax.Block, body *pluginv1.Body) *pluginv1.Block {
	out := &pluginv1.Block{
		Type:            b.Type,
		Labels:          b.Labels,
		Body:            body,
		TypeRange:       EncodeRange(b.TypeRange),
		OpenBraceRange:  EncodeRange(b.OpenBraceRange),
		CloseBraceRange: EncodeRange(b.CloseBraceRange),
	}
	for _, r := range b.LabelRanges {
		out.LabelRanges = append(out.LabelRanges, EncodeRange(r))
	}
	return out
}

// sortedAttributes returns the arguments of b in the order of the source; HCL
// keeps them in a map.
func sortedAttributes(b *hclsyntax.Body) []*hclsyntax.Attribute {
	return slices.SortedFunc(maps.Values(b.Attributes), func(a, b *hclsyntax.Attribute) int {
		return cmp.Or(cmp.Compare(a.SrcRange.Start.Byte, b.SrcRange.Start.Byte), strings.Compare(a.Name, b.Name))
	})
}

// encodeValue returns the JSON of an expression's value, nil when it has none.
func encodeValue(expr hclsyntax.Expression, ctx *hcl.EvalContext) ([]byte, hcl.Diagnostics) {
	v, diags := expr.Value(ctx)
	if diags.HasErrors() {
		return nil, diags
	}
	v, _ = v.UnmarkDeep()
	err := checkSendable(v)
	var out []byte
	if err == nil {
		out, err = ctyjson.Marshal(v, v.Type())
	}
	if err != nil {
		return nil, append(diags, &hcl.Diagnostic{
			Severity: hcl.DiagError,
			Summary:  "Value cannot be sent to a plugin",
			Detail:   fmt.Sprintf("A plugin receives strings, numbers, bools, lists and maps of them, but this value %s.", err),
			Subject:  expr.Range().Ptr(),
		})
	}
	return out, diags
}

// checkSendable refuses what has no JSON or an unreasonably long one. Its
// errors complete a sentence that begins with "this value".
func checkSendable(v cty.Value) error {
	if !v.IsWhollyKnown() {
		return fmt.Errorf("is not known")
	}
	return cty.Walk(v, func(p cty.Path, v cty.Value) (bool, error) {
		switch {
		case len(p) >= maxDepth:
			return false, fmt.Errorf("is nested more than %d levels deep", maxDepth)
		case v.Type().IsCapsuleType():
			return false, fmt.Errorf("contains a %s", v.Type().FriendlyName())
		case v.IsNull() || v.Type() != cty.Number:
			return true, nil
		}
		f := v.AsBigFloat()
		if f.IsInf() {
			return false, fmt.Errorf("contains an infinite number")
		}
		if e := f.MantExp(nil); e > maxExponent || e < -maxExponent {
			return false, fmt.Errorf("contains a number of more than %d binary digits", maxExponent)
		}
		return true, nil
	})
}
