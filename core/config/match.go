package config

import (
	"net"
	"net/netip"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// maxMatchMistakes is how many mistakes in the match of one block are told.
const maxMatchMistakes = 3

// routes find the instance of a client.
type routes struct {
	hosts   []hostRoutes                // blocks with an instance for each address
	bits    []int                       // lengths of the networks, longest first
	network map[netip.Prefix]routeOwner // never of more bits than its address has
}

// hostRoutes are the addresses of a network, each an instance of its own.
type hostRoutes struct {
	network netip.Prefix
	block   *labelled
}

// routeOwner is Ref without the label, of which there may be very many.
type routeOwner struct {
	block *labelled
	key   string
}

func (r *routes) find(client netip.Addr) (Ref, bool) {
	for i := range r.hosts {
		if h := &r.hosts[i]; h.network.Contains(client) {
			return h.block.ref(client.String()), true
		}
	}
	for _, bits := range r.bits {
		p, err := client.Prefix(bits)
		if err != nil {
			continue // an IPv6 length for an IPv4 client
		}
		if o, ok := r.network[p]; ok {
			return o.block.ref(o.key), true
		}
	}
	return Ref{}, false
}

// matches evaluates the match of all blocks.
func (l *loader) matches(s *Instances) {
	s.routes.network = map[netip.Prefix]routeOwner{}
	for _, b := range s.blocks {
		if e, ok := b.elements.(*hosts); ok && b.match != nil && eachKey(b.match) {
			l.matchHosts(s, b, e.network)
			continue
		}
		if b.match == nil {
			continue
		}
		if size := b.size(); size > maxHosts {
			l.errorAt(b.match.Range(), "Too many networks",
				"This for_each has more than %d elements, and match is evaluated for each of them. Only match = [each.key] is not.", maxHosts)
			continue
		}
		l.matchEach(s, b)
	}
	lengths := map[int]bool{}
	for p := range s.routes.network {
		lengths[p.Bits()] = true
	}
	for bits := range lengths {
		s.routes.bits = append(s.routes.bits, bits)
	}
	slices.Sort(s.routes.bits)
	slices.Reverse(s.routes.bits)
}

// eachKey says whether an expression is [each.key].
func eachKey(expr hclsyntax.Expression) bool {
	list, ok := bare(expr).(*hclsyntax.TupleConsExpr)
	return ok && len(list.Exprs) == 1 && names(list.Exprs[0], "each", "key")
}

// matchHosts gives each address of a network to an instance of its own.
func (l *loader) matchHosts(s *Instances, b *labelled, network netip.Prefix) {
	for _, other := range s.routes.hosts {
		if other.network.Overlaps(network) {
			l.errorAt(b.match.Range(), "Client of two instances",
				"The addresses of %s are matched by instance %q too, at %s. Each address belongs to one instance.", longer(network, other.network), other.block.label, place(other.block.match.Range()))
			return
		}
	}
	for p, o := range s.routes.network {
		if p.IsSingleIP() && network.Contains(p.Addr()) {
			l.errorAt(b.match.Range(), "Client of two instances",
				"%s is matched by instance %s too, at %s. Each address belongs to one instance.", p.Addr(), o.block.ref(o.key).Label, place(o.block.match.Range()))
			return
		}
	}
	s.routes.hosts = append(s.routes.hosts, hostRoutes{network, b})
}

func longer(a, b netip.Prefix) netip.Prefix {
	if a.Bits() > b.Bits() {
		return a
	}
	return b
}

// matchEach evaluates the match of a block, for each element of its for_each.
func (l *loader) matchEach(s *Instances, b *labelled) {
	attrs := hcl.Attributes{"match": &hcl.Attribute{Name: "match", Expr: b.match, Range: b.match.Range()}}
	before, ctx := l.errors(), l.ctx
	defer func() { l.ctx = ctx }()
	l.ctx = b.ctx
	for ref := range b.refs() {
		if b.elements != nil {
			value, diags, _ := b.elements.value(ref.key)
			if diags.HasErrors() {
				value = cty.DynamicVal // Build tells
			}
			l.ctx = b.each(ref.key, value)
		}
		list, _, _ := l.list(attrs, "match")
		for _, e := range list {
			p, err := parseNetwork(e.text)
			if err != nil {
				l.errorAt(e.at, "Invalid network", "%s", sentence(err))
				continue
			}
			l.route(s, plainPrefix(p), ref, e.at)
		}
		if l.errors() >= before+maxMatchMistakes {
			return
		}
	}
}

// route gives a network to an instance.
func (l *loader) route(s *Instances, p netip.Prefix, ref Ref, at hcl.Range) {
	taken, ok := s.routes.network[p]
	if !ok && p.IsSingleIP() {
		for _, h := range s.routes.hosts {
			if h.network.Contains(p.Addr()) {
				taken, ok = routeOwner{h.block, p.Addr().String()}, true
			}
		}
	}
	switch {
	case !ok:
		s.routes.network[p] = routeOwner{ref.block, ref.key}
	case taken.block == ref.block && taken.key == ref.key:
		l.errorAt(at, "Network twice", "%s is in this match twice. Keep one of them.", p)
	default:
		first := taken.block.ref(taken.key).Label
		hint := ""
		if !p.IsSingleIP() {
			hint = " A longer network in it can."
		}
		if taken.block == ref.block {
			hint += " With a for_each, make match of each.key or each.value."
		}
		l.errorAt(at, "Network of two instances",
			"%s belongs to instance %s already, at %s, and cannot belong to %s too.%s", p, first, place(taken.block.match.Range()), ref.Label, hint)
	}
}

// unreachable warns of blocks whose clients the metadata listener does not let
// in, and of those that no client gets.
func (l *loader) unreachable(s *Instances, m *Metadata) {
	outside := map[*labelled]netip.Prefix{} // the first network that is not let in
	note := func(b *labelled, p netip.Prefix) {
		if first, ok := outside[b]; (!ok || p.Compare(first) < 0) && !l.letIn(m, p) {
			outside[b] = p
		}
	}
	for _, h := range s.routes.hosts {
		note(h.block, h.network)
	}
	for p, o := range s.routes.network {
		note(o.block, p)
	}
	for b, p := range outside {
		l.warnAt(b.match.Range(), "Clients that are not let in",
			"match chooses the instance of a client that is let in, and nobody of %s is. Add it to allowed_clients in the metadata block.", p)
	}
	used := map[*labelled]bool{}
	for _, listener := range m.Listeners {
		if listener.Instance != nil {
			used[listener.Instance.block] = true
		}
	}
	for _, b := range s.blocks {
		if b.match == nil && !used[b] && b.size() > 0 {
			l.warnAt(b.at, "Instance without clients",
				"No client is served instance %q: give it a match, such as match = [\"10.0.0.0/24\"], or name it as the instance of a listener, metadata \"NAME\" { … }.", b.label)
		}
	}
}

// letIn says whether a client of a network may be let in: from this host, or by
// allowed_clients.
func (l *loader) letIn(m *Metadata, p netip.Prefix) bool {
	local := [...]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	overlaps := func(other netip.Prefix) bool { return plainPrefix(other).Overlaps(p) }
	if slices.ContainsFunc(local[:], overlaps) || slices.ContainsFunc(m.AllowedClients, overlaps) {
		return true
	}
	return slices.ContainsFunc(l.ownAddresses(), func(a net.Addr) bool {
		own, ok := a.(*net.IPNet)
		if !ok {
			return false
		}
		addr, _ := netip.AddrFromSlice(own.IP)
		return p.Contains(addr.Unmap())
	})
}

// ownAddresses are those of this host's interfaces.
func (l *loader) ownAddresses() []net.Addr {
	if l.own == nil {
		l.own, _ = net.InterfaceAddrs() // a warning more is no harm
	}
	return l.own
}
