package config

import (
	"fmt"
	"iter"
	"net/netip"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"github.com/mockmd/mockmd/core/instance"
)

// Instances are all instances of a configuration: the unlabelled one, those
// with a block of their own, and those that a for_each makes, of which nothing
// but the key is known before they are built. Its methods may be called from
// many goroutines.
type Instances struct {
	unlabelled *instance.Instance // nil: there is none
	blocks     []*labelled        // in the order of the file
	routes     routes
}

// labelled is an instance block with a label.
type labelled struct {
	label    string
	at       hcl.Range            // the header
	body     *hclsyntax.Body      // without for_each and match
	match    hclsyntax.Expression // nil: none
	seed     string
	ctx      *hcl.EvalContext
	elements elements           // nil: there is no for_each
	plain    *instance.Instance // without for_each
}

// Ref names one instance. The zero Ref is the unlabelled one.
type Ref struct {
	// Label is how people and plugins know it: web, or web["10.0.0.7"].
	Label string

	block *labelled
	key   string
}

// ref names the instance of a block, with a key when it has a for_each.
func (b *labelled) ref(key string) Ref {
	if b.elements == nil {
		return Ref{Label: b.label, block: b}
	}
	return Ref{Label: b.label + "[" + string(hclwrite.TokensForValue(cty.StringVal(key)).Bytes()) + "]", block: b, key: key}
}

// Choose returns the instance of a client: the one with the longest network in
// its match that the client lies in, else the unlabelled one. It is false when
// there is none.
func (s *Instances) Choose(client netip.Addr) (Ref, bool) {
	if ref, ok := s.routes.find(client.Unmap().WithZone("")); ok {
		return ref, true
	}
	return Ref{}, s.unlabelled != nil
}

// Find returns the instance with a label; an empty one is that of the
// unlabelled instance.
func (s *Instances) Find(label string) (Ref, bool) {
	if label == "" {
		return Ref{}, s.unlabelled != nil
	}
	t, diags := hclsyntax.ParseTraversalAbs([]byte(label), "", hcl.InitialPos)
	if diags.HasErrors() || len(t) > 2 {
		return Ref{}, false
	}
	for _, b := range s.blocks {
		switch {
		case b.label != t.RootName() || (len(t) == 2) != (b.elements != nil):
			continue
		case len(t) == 1:
			return b.ref(""), true
		}
		index, ok := t[1].(hcl.TraverseIndex)
		if !ok || index.Key.Type() != cty.String {
			return Ref{}, false
		}
		key := index.Key.AsString()
		_, _, ok = b.elements.value(key)
		return b.ref(key), ok
	}
	return Ref{}, false
}

// Build evaluates the block of an instance. It is complete even with errors.
func (s *Instances) Build(ref Ref) (*instance.Instance, hcl.Diagnostics) {
	b := ref.block
	switch {
	case b == nil:
		return s.unlabelled, nil
	case b.elements == nil:
		return b.plain, nil
	}
	value, diags, _ := b.elements.value(ref.key)
	if diags.HasErrors() {
		value = cty.DynamicVal
	}
	in, found := instance.DecodeLabelled(b.body, b.each(ref.key, value), b.seed, ref.Label)
	if diags.HasErrors() {
		return in, diags // the rest may only follow from it
	}
	return in, append(diags, found...)
}

// each is what expressions of a block with for_each are evaluated in.
func (b *labelled) each(key string, value cty.Value) *hcl.EvalContext {
	ctx := b.ctx.NewChild()
	ctx.Variables = map[string]cty.Value{"each": cty.ObjectVal(map[string]cty.Value{"key": cty.StringVal(key), "value": value})}
	return ctx
}

// Size is how many instances there are; beyond 2^62 it is that.
func (s *Instances) Size() int {
	n := 0
	if s.unlabelled != nil {
		n = 1
	}
	for _, b := range s.blocks {
		if n += b.size(); n < 0 || n > 1<<62 {
			return 1 << 62
		}
	}
	return n
}

func (b *labelled) size() int {
	if b.elements == nil {
		return 1
	}
	return b.elements.size()
}

// Sample are the instances that stand for all: the unlabelled one, those with
// a block of their own, and the first of each for_each; at most most.
func (s *Instances) Sample(most int) []Ref {
	var out []Ref
	if s.unlabelled != nil {
		out = append(out, Ref{})
	}
	for _, b := range s.blocks {
		for ref := range b.refs() {
			out = append(out, ref)
			break
		}
	}
	return out[:min(len(out), most)]
}

// refs are the instances of a block in the order of their keys.
func (b *labelled) refs() iter.Seq[Ref] {
	return func(yield func(Ref) bool) {
		if b.elements == nil {
			yield(b.ref(""))
			return
		}
		for key := range b.elements.keys() {
			if !yield(b.ref(key)) {
				return
			}
		}
	}
}

// Describe lists the labelled blocks for people, one each.
func (s *Instances) Describe() []string {
	var out []string
	for _, b := range s.blocks {
		if b.elements == nil {
			out = append(out, fmt.Sprintf("%s: %s", b.label, b.plain.Facts.ID))
		} else {
			out = append(out, fmt.Sprintf("%s: %d by for_each", b.label, b.elements.size()))
		}
	}
	return out
}
