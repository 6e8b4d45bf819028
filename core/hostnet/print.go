package hostnet

import (
	"fmt"
	"net/netip"
	"strings"
)

// addCommand is the command that puts an address on lo as Up does.
func addCommand(a netip.Addr) string {
	if a.Is4() {
		return fmt.Sprintf("ip address add %s/32 dev lo scope host\n", a)
	}
	return fmt.Sprintf("ip -6 address add %s/128 dev lo nodad preferred_lft 0\n", a)
}

// delCommand is the command that takes an address from lo.
func delCommand(a netip.Addr) string {
	if a.Is4() {
		return fmt.Sprintf("ip address del %s/32 dev lo\n", a)
	}
	return fmt.Sprintf("ip -6 address del %s/128 dev lo\n", a)
}

// guardCommand is the command that makes the guard, in place of what may be
// there by its name, at once.
func guardCommand(g guard) string {
	var b strings.Builder
	table := func(family, priority string, letIn []string, drops ...string) {
		fmt.Fprintf(&b, "table %s %s {\n\tchain %s {\n\t\ttype filter hook input priority %s; policy accept;\n",
			family, tableName, chainName, priority)
		for _, name := range letIn {
			fmt.Fprintf(&b, "\t\tiifname \"%s\" accept\n", name)
		}
		for _, drop := range drops {
			fmt.Fprintf(&b, "\t\t%s\n", drop)
		}
		b.WriteString("\t}\n}\n")
	}
	var drops []string
	for i, a := range Addresses() {
		word := [2]string{"ip", "ip6"}[i]
		if m := g.marks[i]; m != unguarded {
			drops = append(drops, fmt.Sprintf("%s daddr %s counter drop comment \"%s\"", word, a, m.comment()))
		}
	}
	table("inet", "raw", append([]string{loopback}, g.allowed...), drops...)
	table("arp", "filter", g.allowed, fmt.Sprintf("arp daddr ip %s counter drop", Addresses()[four]))
	return nftCommand(removal() + b.String())
}

// removeGuardCommand is the command that removes the guard, if it is there.
func removeGuardCommand() string { return nftCommand(removal()) }

// removal is what nft reads to remove the guard. To add a table first does
// nothing to one that is there, and lets the removal succeed where there is
// none.
func removal() string {
	var b strings.Builder
	for _, family := range []string{"inet", "arp"} {
		fmt.Fprintf(&b, "add table %[1]s %[2]s\ndelete table %[1]s %[2]s\n", family, tableName)
	}
	return b.String()
}

// nftCommand has nft do something in one transaction.
func nftCommand(what string) string { return "nft -f - <<'EOF'\n" + what + "EOF\n" }

// StatusCommands returns the commands that show what Read reads.
func StatusCommands() string {
	var b strings.Builder
	for _, a := range Addresses() {
		fmt.Fprintf(&b, "ip address show to %s\n", a)
	}
	fmt.Fprintf(&b, "nft list table inet %[1]s\nnft list table arp %[1]s\n", tableName)
	return b.String()
}
