package iam

import (
	"encoding/json"
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/mockmd/mockmd/sdk"
)

// template is a text that may name facts of the instance that asks. The core
// has evaluated "${instance.id}" already, with the unlabelled instance; what
// is written "$${instance.id}" arrives here as "${instance.id}".
type template struct {
	text string
	expr hclsyntax.Expression // nil: the text is meant as it is
}

// fixed is a template without facts.
func fixed(text string) template { return template{text: text} }

// parseTemplate reads a text of the configuration that stands at a range.
func parseTemplate(text string, at hcl.Range) (template, *hcl.Diagnostic) {
	expr, diags := hclsyntax.ParseTemplate([]byte(text), at.Filename, hcl.InitialPos)
	if diags.HasErrors() {
		return template{}, sdk.Errorf(at, "Invalid template", "%s: %s", diags[0].Summary, diags[0].Detail)
	}
	if v, diags := expr.Value(nil); !diags.HasErrors() && v.Type() == cty.String {
		return fixed(v.AsString()), nil
	}
	for _, used := range expr.Variables() {
		if used.RootName() != instanceVariable {
			return template{}, sdk.Errorf(at, "Invalid template",
				"There is no variable %q here: the facts of the instance that asks are $${instance.id} and the like.", used.RootName())
		}
	}
	return template{text: text, expr: expr}, nil
}

const instanceVariable = "instance"

// varies says that the text depends on the instance.
func (t template) varies() bool { return t.expr != nil }

// render returns the text for an instance, as facts has it.
func (t template) render(facts *hcl.EvalContext) (string, error) {
	if t.expr == nil {
		return t.text, nil
	}
	v, diags := t.expr.Value(facts)
	if diags.HasErrors() {
		return "", fmt.Errorf("%s: %s", diags[0].Summary, diags[0].Detail)
	}
	v, err := convert.Convert(v, cty.String)
	if err != nil || v.IsNull() || !v.IsKnown() {
		return "", fmt.Errorf("%q is not a text", t.text)
	}
	return v.AsString(), nil
}

// factsOf are the variables of templates for an instance, in the words of the
// instance block, and its label.
func factsOf(in *sdk.Instance) (*hcl.EvalContext, error) {
	data, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("write the facts of the instance: %w", err)
	}
	kind, err := ctyjson.ImpliedType(data)
	if err != nil {
		return nil, fmt.Errorf("read the facts of the instance: %w", err)
	}
	facts, err := ctyjson.Unmarshal(data, kind)
	if err != nil {
		return nil, fmt.Errorf("read the facts of the instance: %w", err)
	}
	values := facts.AsValueMap()
	values["label"] = cty.StringVal(in.Label)
	return &hcl.EvalContext{Variables: map[string]cty.Value{instanceVariable: cty.ObjectVal(values)}}, nil
}
