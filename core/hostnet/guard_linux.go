package hostnet

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/google/nftables/userdata"
)

// apply makes the guard, in place of what is there by its name, in one
// transaction of the kernel.
func (g guard) apply(c *nftables.Conn) error {
	for _, b := range g.bases() {
		c.AddTable(b.chain.Table) // else the next fails where there is none
		c.DelTable(b.chain.Table)
		c.AddTable(b.chain.Table)
		c.AddChain(b.chain)
		for _, r := range b.rules {
			c.AddRule(r)
		}
	}
	return denied("make the guard", c.Flush())
}

// removeGuard removes what is there by its name.
func removeGuard(c *nftables.Conn) error {
	for _, b := range (guard{}).bases() {
		c.AddTable(b.chain.Table)
		c.DelTable(b.chain.Table)
	}
	return denied("remove the guard", c.Flush())
}

// readGuard returns what is there by the guard's name.
func readGuard(c *nftables.Conn) (guard, error) {
	const doing = "read the guard"
	tables, err := c.ListTables()
	if err != nil {
		return guard{}, denied(doing, err)
	}
	chains, err := c.ListChains()
	if err != nil {
		return guard{}, denied(doing, err)
	}
	g, whole := guard{}, true
	var rules [][]*nftables.Rule
	for _, b := range g.bases() {
		t := b.chain.Table
		mine := slices.DeleteFunc(slices.Clone(chains), func(c *nftables.Chain) bool {
			return c.Table.Name != t.Name || c.Table.Family != t.Family
		})
		there := slices.ContainsFunc(tables, func(x *nftables.Table) bool { return x.Name == t.Name && x.Family == t.Family })
		asleep := slices.ContainsFunc(tables, func(x *nftables.Table) bool {
			return x.Name == t.Name && x.Family == t.Family && x.Flags != 0
		})
		g.there = g.there || there
		whole = whole && there && !asleep && len(mine) == 1 && sameChain(mine[0], b.chain)
		var inChain []*nftables.Rule
		if slices.ContainsFunc(mine, func(c *nftables.Chain) bool { return c.Name == chainName }) {
			if inChain, err = c.GetRules(t, b.chain); err != nil {
				return guard{}, denied(doing, err)
			}
		}
		rules = append(rules, inChain)
	}
	g.learn(rules[0])
	g.whole = whole && g.marks[four] != unguarded
	for i, b := range g.bases() {
		g.whole = g.whole && sameRules(rules[i], b.rules)
	}
	return g, nil
}

// learn takes from rules whom the guard lets in and what it says of the
// addresses.
func (g *guard) learn(rules []*nftables.Rule) {
	for _, r := range rules {
		if len(r.Exprs) == 3 {
			meta, isMeta := r.Exprs[0].(*expr.Meta)
			cmp, isCmp := r.Exprs[1].(*expr.Cmp)
			if isMeta && isCmp && meta.Key == expr.MetaKeyIIFNAME && interfaceName(cmp.Data) != loopback {
				g.allowed = append(g.allowed, interfaceName(cmp.Data))
			}
		}
		said, _ := userdata.GetString(r.UserData, userdata.TypeComment)
		for i, a := range Addresses() {
			about := slices.ContainsFunc(r.Exprs, func(e expr.Any) bool {
				cmp, ok := e.(*expr.Cmp)
				return ok && bytes.Equal(cmp.Data, a.AsSlice())
			})
			for _, m := range []mark{found, added} {
				if about && said == m.comment() {
					g.marks[i] = m
				}
			}
			for _, e := range r.Exprs {
				if counter, ok := e.(*expr.Counter); ok && about {
					g.dropped[i] = counter.Packets
				}
			}
		}
	}
}

// sameChain tells whether a chain that was read sees what the other does.
func sameChain(got, want *nftables.Chain) bool {
	return got.Name == want.Name && got.Type == want.Type &&
		got.Hooknum != nil && *got.Hooknum == *want.Hooknum &&
		got.Priority != nil && *got.Priority == *want.Priority &&
		got.Policy != nil && *got.Policy == *want.Policy
}

// sameRules tells whether rules that were read do what the others do.
func sameRules(got, want []*nftables.Rule) bool {
	return slices.EqualFunc(got, want, func(g, w *nftables.Rule) bool {
		return bytes.Equal(g.UserData, w.UserData) && slices.EqualFunc(g.Exprs, w.Exprs, func(a, b expr.Any) bool {
			_, counts := a.(*expr.Counter)
			_, too := b.(*expr.Counter)
			return counts && too || reflect.DeepEqual(a, b)
		})
	})
}

// guarding says which tables do it.
func guarding(g guard) string {
	return fmt.Sprintf("tables inet %[1]s and arp %[1]s of nftables drop what comes by any interface but %[2]s",
		tableName, strings.Join(append([]string{loopback}, g.allowed...), ", "))
}
