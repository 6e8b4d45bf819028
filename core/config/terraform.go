package config

import "github.com/hashicorp/hcl/v2/hclsyntax"

// withoutResources reports and removes the resources of Terraform that an
// instance block stands for. Their arguments have the same names, so that they
// only need to move.
func (l *loader) withoutResources(b *hclsyntax.Body) *hclsyntax.Body {
	out := *b
	out.Blocks = nil
	for _, block := range b.Blocks {
		if block.Type == "resource" && len(block.Labels) > 0 && block.Labels[0] == "aws_instance" {
			l.errorAt(block.DefRange(), "Resource of Terraform",
				"An instance has a block of its own here. Write the arguments of this resource in instance { … }, or in instance %q { … } when it is one of several; those that do not show in the metadata may stay.", nameOf(block))
			continue
		}
		out.Blocks = append(out.Blocks, block)
	}
	return &out
}

// nameOf is the name of a resource.
func nameOf(block *hclsyntax.Block) string {
	if len(block.Labels) > 1 {
		return block.Labels[1]
	}
	return "web"
}
