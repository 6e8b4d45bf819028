package config

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

var listenerSchema = hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "address", Required: true}, {Name: "instance"}}}

// listeners decodes the metadata blocks with labels: further addresses.
func (l *loader) listeners(m *Metadata, blocks []*hclsyntax.Block, s *Instances) {
	names := map[string]hcl.Range{}
	for _, block := range blocks {
		name := block.Labels[0]
		switch first, taken := names[name]; {
		case len(block.Labels) > 1:
			l.errorAt(block.LabelRanges[1], "Too many labels", "A listener has one label. Remove %q.", block.Labels[1])
			continue
		case !hclsyntax.ValidIdentifier(name) || len(name) > maxLabel:
			l.errorAt(block.LabelRanges[0], "Invalid label",
				"%q is not a label for a listener: use up to %d letters, digits, dashes and underscores, and begin with a letter.", name, maxLabel)
			continue
		case taken:
			l.errorAt(block.LabelRanges[0], "Two listeners of one label", "Listener %q is defined already, at %s. Choose another label.", name, place(first))
			continue
		}
		names[name] = block.DefRange()
		said := len(l.diags)
		attrs := l.content(block.Body, &listenerSchema).Attributes
		l.pointToUnlabelled(l.diags[said:])
		out := Listener{Name: name, Instance: l.instanceOf(attrs, s)}
		address, at, ok := get[string](l, attrs, "address")
		if !ok {
			continue
		}
		if err := checkAddress(address, false); err != nil {
			l.errorAt(at, "Invalid address", "%s", sentence(err))
			continue
		}
		out.Address, out.AddressRange = address, at
		for _, other := range m.addresses() {
			if overlap(other, address) {
				l.errorAt(at, "Two listeners on one address", "The metadata listener is on %s too. Give one of them another port or address.", other)
			}
		}
		m.Listeners = append(m.Listeners, out)
	}
}

// addresses are all addresses of the metadata listener.
func (m *Metadata) addresses() []string {
	out := []string{m.Address}
	if m.IPv6Address != "" {
		out = append(out, m.IPv6Address)
	}
	for _, further := range m.Listeners {
		out = append(out, further.Address)
	}
	return out
}

// pointToUnlabelled adds to errors where the arguments stand that hold for all
// listeners.
func (l *loader) pointToUnlabelled(diags hcl.Diagnostics) {
	for i, d := range diags {
		if slices.ContainsFunc(metadataSchema.Attributes, func(a hcl.AttributeSchema) bool {
			return strings.Contains(d.Detail, "\""+a.Name+"\" is not expected here")
		}) {
			mended := *d
			mended.Detail += " It holds for all listeners, and stands in the metadata block without a label."
			diags[i] = &mended
		}
	}
}

// instanceOf decodes instance, the one that all clients of a listener are
// served; nil: none is named.
func (l *loader) instanceOf(attrs hcl.Attributes, s *Instances) *Ref {
	label, at, ok := get[string](l, attrs, "instance")
	if !ok {
		return nil
	}
	ref, found := s.Find(label)
	if found {
		return &ref
	}
	var labels []string
	for _, b := range s.blocks {
		labels = append(labels, b.label)
		if b.label == label && b.elements != nil {
			first := "KEY"
			for key := range b.elements.keys() {
				first = key
				break
			}
			l.errorAt(at, "Several instances", "Instance %q has a for_each, so say which of its instances is meant, like instance = \"%s[\\\"%s\\\"]\".", label, label, first)
			return nil
		}
	}
	hint := nearest(label, labels)
	switch {
	case hint != "":
	case len(labels) > 0:
		hint = " The labels are: " + strings.Join(labels, ", ") + "."
	default:
		hint = " No instance block has a label."
	}
	l.errorAt(at, "Unknown instance", "There is no instance %q.%s", label, hint)
	return nil
}

// ipv6 says whether some instance has an IPv6 endpoint, of those that can be
// known before clients ask.
func (s *Instances) ipv6() bool {
	return slices.ContainsFunc(s.Sample(len(s.blocks)+1), func(ref Ref) bool {
		in, _ := s.Build(ref)
		return in.Facts.MetadataOptions.HTTPProtocolIPv6 == "enabled"
	})
}

var cacheSchema = hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "max_count"}, {Name: "max_bytes"}}}

// cache decodes instance_cache, which may be nil.
func (l *loader) cache(c *Cache, block *hcl.Block) {
	if block == nil {
		return
	}
	attrs := l.content(block.Body, &cacheSchema).Attributes
	for name, into := range map[string]*int{"max_count": &c.Count, "max_bytes": &c.Bytes} {
		n, at, ok := get[int](l, attrs, name)
		switch {
		case !ok:
		case n < 1:
			l.errorAt(at, "Invalid bound", "%d does not keep one instance. Write a number of at least 1, or leave %s out.", n, name)
		default:
			*into = n
		}
	}
}
