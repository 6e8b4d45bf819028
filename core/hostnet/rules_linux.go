package hostnet

import (
	"strings"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/google/nftables/userdata"
	"golang.org/x/sys/unix"
)

// base is the one chain of a table of the guard.
type base struct {
	chain *nftables.Chain
	rules []*nftables.Rule
}

// bases are the two chains that make up a guard.
func (g guard) bases() []base {
	return []base{g.packets(), g.arp()}
}

// newBase returns a chain of a family that sees, at the given hook and priority,
// what comes in, and lets some interfaces through.
func newBase(family nftables.TableFamily, hook nftables.ChainHook, priority *nftables.ChainPriority, letIn []string) base {
	policy := nftables.ChainPolicyAccept
	b := base{chain: &nftables.Chain{
		Name: chainName, Table: &nftables.Table{Name: tableName, Family: family},
		Type: nftables.ChainTypeFilter, Hooknum: &hook, Priority: priority, Policy: &policy,
	}}
	for _, name := range letIn {
		b.add("", &expr.Meta{Key: expr.MetaKeyIIFNAME, Register: 1},
			&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: interfaceData(name)},
			&expr.Verdict{Kind: expr.VerdictAccept})
	}
	return b
}

// interfaceData is what a name is compared by: all 16 bytes of it, or of the
// beginning of many names only those.
func interfaceData(name string) []byte {
	if stem, many := strings.CutSuffix(name, "*"); many {
		return []byte(stem)
	}
	data := make([]byte, unix.IFNAMSIZ)
	copy(data, name)
	return data
}

// interfaceName is the name that data compare to.
func interfaceName(data []byte) string {
	if len(data) < unix.IFNAMSIZ {
		return string(data) + "*"
	}
	return strings.TrimRight(string(data), "\x00")
}

// packets drops what comes to the addresses. It is at an early priority, so
// that no other table's counters, logs or connection limits are spent on it.
func (g guard) packets() base {
	b := newBase(nftables.TableFamilyINet, *nftables.ChainHookInput, nftables.ChainPriorityRaw, append([]string{loopback}, g.allowed...))
	for i, a := range Addresses() {
		if g.marks[i] == unguarded {
			continue
		}
		// Where the header has the destination.
		protocol, offset := byte(unix.NFPROTO_IPV4), uint32(16)
		if a.Is6() {
			protocol, offset = unix.NFPROTO_IPV6, 24
		}
		b.add(g.marks[i].comment(),
			&expr.Meta{Key: expr.MetaKeyNFPROTO, Register: 1},
			&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{protocol}},
			&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: offset, Len: uint32(a.BitLen() / 8)},
			&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: a.AsSlice()},
			&expr.Counter{}, &expr.Verdict{Kind: expr.VerdictDrop})
	}
	return b
}

// arp leaves the question who has the IPv4 address unanswered: else this host
// would draw what its neighbours send to a metadata service of their own.
func (g guard) arp() base {
	const (
		input  = 0  // NF_ARP_IN: the families count their hooks on their own
		target = 24 // where a request for an IPv4 address has it
	)
	a := Addresses()[four]
	b := newBase(nftables.TableFamilyARP, input, nftables.ChainPriorityFilter, g.allowed)
	b.add("", &expr.Payload{DestRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: target, Len: uint32(a.BitLen() / 8)},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: a.AsSlice()}, &expr.Counter{}, &expr.Verdict{Kind: expr.VerdictDrop})
	return b
}

// add adds a rule.
func (b *base) add(comment string, exprs ...expr.Any) {
	r := &nftables.Rule{Table: b.chain.Table, Chain: b.chain, Exprs: exprs}
	if comment != "" {
		r.UserData = userdata.AppendString(nil, userdata.TypeComment, comment)
	}
	b.rules = append(b.rules, r)
}
