package config

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/mockmd/mockmd/core/instance"
)

// maxLabel is how long the label of an instance may be.
const maxLabel = 64

// withoutLabelled takes the blocks of a type that have labels out of the top
// level, and returns them.
func withoutLabelled(b *hclsyntax.Body, blockType string) (*hclsyntax.Body, []*hclsyntax.Block) {
	out := *b
	out.Blocks = nil
	var found []*hclsyntax.Block
	for _, block := range b.Blocks {
		if block.Type == blockType && len(block.Labels) > 0 {
			found = append(found, block)
		} else {
			out.Blocks = append(out.Blocks, block)
		}
	}
	return &out, found
}

// unlabelled decodes the unlabelled instance. Without a block it is there all
// the same, unless there are labelled ones; then it is nil.
func (l *loader) unlabelled(block *hcl.Block, seed string, others bool) *instance.Instance {
	var body hcl.Body
	switch {
	case block != nil:
		body = l.withoutChoice(block.Body.(*hclsyntax.Body))
	case others:
		return nil
	}
	in, diags := instance.Decode(body, l.ctx, seed)
	l.add(diags)
	return in
}

// withoutChoice reports and removes the arguments of labelled blocks in the
// unlabelled one.
func (l *loader) withoutChoice(b *hclsyntax.Body) *hclsyntax.Body {
	out := *b
	out.Attributes = maps.Clone(b.Attributes)
	for name, what := range map[string]string{
		"match":    "This is the instance of all clients that no other instance matches. Give the block a label, as in instance \"web\" { … }, or remove match.",
		"for_each": "The instances of a for_each are told apart by their keys, and the block has no label. Give it one, as in instance \"web\" { … }.",
	} {
		if attr, given := out.Attributes[name]; given {
			l.errorAt(attr.NameRange, "Instance without a label", "%s", what)
			delete(out.Attributes, name)
		}
	}
	return &out
}

// labelled decodes the instance blocks with labels.
func (l *loader) labelled(s *Instances, blocks []*hclsyntax.Block, seed string) {
	first := map[string]hcl.Range{}
	for _, block := range blocks {
		label, at := block.Labels[0], block.LabelRanges[0]
		switch was, taken := first[label]; {
		case len(block.Labels) > 1:
			l.errorAt(block.LabelRanges[1], "Too many labels", "An instance has one label. Remove %q.", block.Labels[1])
		case !hclsyntax.ValidIdentifier(label) || len(label) > maxLabel:
			l.errorAt(at, "Invalid label",
				"%q is not a label for an instance: use up to %d letters, digits, dashes and underscores, and begin with a letter.", label, maxLabel)
		case taken:
			l.errorAt(at, "Two instances of one label",
				"Instance %q is defined already, at %s. Choose another label; for_each makes several instances of one block.", label, place(was))
		default:
			first[label] = block.DefRange()
			if b, ok := l.labelledBlock(block, seed); ok {
				s.blocks = append(s.blocks, b)
			}
		}
	}
}

// labelledBlock decodes one block. It is false when its for_each is wrong, so
// that it is not known what there is.
func (l *loader) labelledBlock(block *hclsyntax.Block, seed string) (*labelled, bool) {
	b := &labelled{label: block.Labels[0], at: block.DefRange(), seed: seed, ctx: l.ctx}
	body := *block.Body
	body.Attributes = maps.Clone(body.Attributes)
	if attr := body.Attributes["match"]; attr != nil {
		b.match = attr.Expr
		delete(body.Attributes, "match")
	}
	loop := body.Attributes["for_each"]
	delete(body.Attributes, "for_each")
	if count := body.Attributes["count"]; count != nil {
		l.errorAt(count.NameRange, "No count", "Several instances of one block are made with for_each, as in for_each = toset([\"a\", \"b\"]).")
		delete(body.Attributes, "count")
	}
	b.body = &body
	if loop == nil {
		in, diags := instance.DecodeLabelled(b.body, b.ctx, seed, b.label)
		b.plain = in
		l.add(diags)
		return b, true
	}
	var ok bool
	if b.elements, ok = l.forEach(loop.Expr); !ok {
		return nil, false
	}
	if id := body.Attributes["id"]; id != nil && b.size() > 1 && !usesEach(id.Expr) {
		l.errorAt(id.Expr.Range(), "One id for several instances",
			"Each of the instances of this for_each needs an id of its own. Leave it out, and it is derived from the key.")
		delete(body.Attributes, "id")
	}
	return b, true
}

func usesEach(expr hclsyntax.Expression) bool {
	return slices.ContainsFunc(expr.Variables(), func(t hcl.Traversal) bool { return t.RootName() == "each" })
}

// ids reports two instances with one id. Those that are derived differ.
func (l *loader) ids(s *Instances) {
	type owner struct {
		label string
		at    hcl.Range
	}
	seen := map[string]owner{}
	add := func(label string, in *instance.Instance) {
		at, given := in.Ranges["id"]
		if !given {
			return
		}
		if was, taken := seen[in.Facts.ID]; taken {
			l.errorAt(at, "Two instances with one id", "%s is the id of %s already, at %s. Leave it out, and one is derived.", in.Facts.ID, was.label, place(was.at))
			return
		}
		seen[in.Facts.ID] = owner{label, at}
	}
	if s.unlabelled != nil {
		add("the unlabelled instance", s.unlabelled)
	}
	for _, b := range s.blocks {
		if b.plain != nil {
			add("instance "+b.label, b.plain)
		}
	}
}

// variables are what expressions can use once the unlabelled instance is known.
func variables(unlabelled *instance.Instance) map[string]cty.Value {
	if unlabelled == nil {
		return map[string]cty.Value{}
	}
	return map[string]cty.Value{"instance": unlabelled.Value()}
}
