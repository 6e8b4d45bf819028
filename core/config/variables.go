package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/mockmd/mockmd/sdk/lazyregexp"
)

var (
	// noVariable is what HCL says of a variable that there is not; a proposal
	// may follow.
	noVariable = lazyregexp.New(`^There is no variable named "([^"]+)"\.`)
	// shellName is how variables of the environment are written.
	shellName = lazyregexp.New(`^[A-Z_][A-Z0-9_]*$`)
)

// explainVariables gives the errors of expressions that use a variable that
// there is not a text that says why, where the name tells it. Body is the top
// level of the file.
func (l *loader) explainVariables(body *hclsyntax.Body) {
	for i, d := range l.diags {
		m := noVariable.FindStringSubmatch(d.Detail)
		if d.Summary != "Unknown variable" || m == nil || d.Subject == nil {
			continue
		}
		mended := *d
		switch name := m[1]; {
		case name == "each":
			mended.Summary = "No for_each here"
			mended.Detail = "The variable each is known in an instance block with for_each only, and neither in its for_each itself nor elsewhere."
		case name == "instance" && !early(*d.Subject, body):
			mended.Summary = "No unlabelled instance"
			mended.Detail = "The variable instance is the unlabelled instance, and every instance block of this file has a label. " +
				"Add an instance block without one, or write the value itself."
		case name == "instance":
			mended.Summary = "Instance is not known yet"
			mended.Detail = "The seed and the instance block without a label are what the variable instance is made of, so they cannot use it. " +
				"Write the value itself here; every other block can use the variable."
		case ofTerraform(name):
			mended.Detail = m[0] + " References of Terraform are not resolved here. Write the value itself, or env(\"NAME\")."
		case ofShell(name, *d.Subject, body):
			mended.Detail = fmt.Sprintf("%s In a string, ${…} is an expression; write $${%s} for a variable of the shell.", m[0], name)
		case d.EvalContext == nil:
			continue
		default: // HCL proposes whichever name its map gives first
			mended.Detail = m[0] + nearest(name, inScope(d.EvalContext))
		}
		l.diags[i] = &mended
	}
}

// inScope are the names of the variables that an expression can use, in order.
func inScope(c *hcl.EvalContext) []string {
	var names []string
	for ; c != nil; c = c.Parent() {
		names = slices.AppendSeq(names, maps.Keys(c.Variables))
	}
	slices.Sort(names)
	return names
}

// early says whether a place is in what the variable instance is made of.
func early(at hcl.Range, body *hclsyntax.Body) bool {
	if seed := body.Attributes["seed"]; seed != nil && within(at, seed.SrcRange) {
		return true
	}
	return slices.ContainsFunc(body.Blocks, func(b *hclsyntax.Block) bool {
		return b.Type == "instance" && len(b.Labels) == 0 && within(at, b.Range())
	})
}

// ofTerraform says whether references of Terraform begin with a name.
// https://developer.hashicorp.com/terraform/language/expressions/references
func ofTerraform(name string) bool {
	roots := []string{"var", "local", "data", "module", "count", "self", "path", "terraform"}
	return slices.Contains(roots, name) || strings.HasPrefix(name, "aws_")
}

// ofShell says whether an unknown variable is likely one of a script: it stands
// by itself in a template, and it is in upper case or the template is that of
// user data.
func ofShell(name string, at hcl.Range, body *hclsyntax.Body) bool {
	var inUserData, alone bool
	_ = hclsyntax.VisitAll(body, func(node hclsyntax.Node) hcl.Diagnostics {
		switch node := node.(type) {
		case *hclsyntax.Attribute:
			inUserData = inUserData || node.Name == "user_data" && within(at, node.SrcRange)
		case *hclsyntax.TemplateWrapExpr:
			alone = alone || begins(node.Wrapped, at)
		case *hclsyntax.TemplateExpr:
			alone = alone || slices.ContainsFunc(node.Parts, func(part hclsyntax.Expression) bool { return begins(part, at) })
		}
		return nil
	})
	return alone && (inUserData || shellName.MatchString(name))
}

// begins says whether an expression is a variable whose name stands at a place.
func begins(expr hclsyntax.Expression, at hcl.Range) bool {
	variable, ok := expr.(*hclsyntax.ScopeTraversalExpr)
	return ok && variable.SrcRange.Start.Byte == at.Start.Byte
}
