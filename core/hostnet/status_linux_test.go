package hostnet

import (
	"errors"
	"net"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// TestDamage: whatever is changed, Read tells it, and Up mends it.
func TestDamage(t *testing.T) {
	if !inside(t) {
		return
	}
	packets, arp := guard{}.bases()[0].chain, guard{}.bases()[1].chain
	for name, c := range map[string]struct {
		damage func(*nftables.Conn)
		want   string // problem
	}{
		"ARP is answered":     {func(c *nftables.Conn) { c.DelTable(arp.Table) }, "the guard is not as"},
		"nothing is dropped":  {func(c *nftables.Conn) { c.FlushChain(packets) }, "the guard is not as"},
		"the ARP rule is not": {func(c *nftables.Conn) { c.FlushChain(arp) }, "the guard is not as"},
		"another lets all in": {func(c *nftables.Conn) {
			c.InsertRule(&nftables.Rule{Table: packets.Table, Chain: packets, Exprs: []expr.Any{&expr.Verdict{Kind: expr.VerdictAccept}}})
		}, "the guard is not as"},
		"a chain too many": {func(c *nftables.Conn) { c.AddChain(&nftables.Chain{Table: packets.Table, Name: "more"}) }, "the guard is not as"},
		"another hook": {func(c *nftables.Conn) {
			c.DelTable(arp.Table)
			c.AddTable(arp.Table)
			late := *arp
			late.Hooknum = nftables.ChainHookRef(1)
			c.AddChain(&late)
			c.AddRule(&nftables.Rule{Table: arp.Table, Chain: &late, Exprs: guard{}.bases()[1].rules[0].Exprs})
		}, "the guard is not as"},
		"all is flushed": {func(c *nftables.Conn) { c.FlushRuleset() }, "neighbours may reach 169.254.169.254: run mockmd network up"},
		"no IPv4 address": {func(*nftables.Conn) {
			must(t, netlink.AddrDel(link(t, loopback), parsed(t, "169.254.169.254/32")))
		}, "no interface has 169.254.169.254: run mockmd network up"},
		"no IPv6 address": {func(*nftables.Conn) {
			must(t, netlink.AddrDel(link(t, loopback), parsed(t, "fd00:ec2::254/128")))
		}, "no interface has fd00:ec2::254: run mockmd network up"},
	} {
		t.Run(name, func(t *testing.T) {
			up(t, Options{})
			conn, err := nftables.New()
			must(t, err)
			c.damage(conn)
			must(t, conn.Flush())
			s := state(t)
			if s.Up || !strings.Contains(strings.Join(s.Problems, "\n"), c.want) {
				t.Errorf("%+v", s)
			}
			var b strings.Builder
			must(t, s.Text(&b))
			has(t, b.String(), c.want, "partly up\n")
			up(t, Options{})
			if s := state(t); !s.Up || len(s.Problems) > 0 {
				t.Errorf("mended: %+v", s)
			}
		})
	}
}

// TestNotes: what a user may not expect is told, and where nothing can come of
// it, nothing is done.
func TestNotes(t *testing.T) {
	if !inside(t) {
		return
	}
	cable(t, "eth0", "10.9.0.1/24")
	_, all, _ := net.ParseCIDR("0.0.0.0/0")
	_, zeroconf, _ := net.ParseCIDR("169.254.0.0/16")
	for _, dst := range []*net.IPNet{all, zeroconf} {
		must(t, netlink.RouteAdd(&netlink.Route{LinkIndex: link(t, "eth0").Attrs().Index, Dst: dst}))
	}
	before := dump(t)
	ec2 := fstest.MapFS{"sys_vendor": {Data: []byte("Amazon EC2\n")}}
	err := Up(&strings.Builder{}, Options{Identity: ec2})
	if err == nil {
		t.Fatal("up on EC2")
	}
	has(t, err.Error(), "this host is on Amazon EC2", "-force")
	if after := dump(t); after != before {
		t.Errorf("refused, but:\n%s", after)
	}
	text := up(t, Options{Identity: ec2, Force: true, Allow: []string{"docker0", "br-*"}})
	has(t, text, "note: packets to 169.254.169.254 left this host by the route 169.254.0.0/16 dev eth0; from now on they stay here\n",
		"note: there is no interface docker0 yet\n")
	if strings.Contains(text, "0.0.0.0/0") || strings.Contains(text, "br-* yet") {
		t.Errorf("too much:\n%s", text)
	}
	// Once it is up, there is nothing more to lose.
	if text := up(t, Options{Identity: ec2}); strings.Contains(text, "note") {
		t.Errorf("noted again:\n%s", text)
	}
	down(t)
	must(t, netlink.LinkSetDown(link(t, loopback)))
	if err = Up(&strings.Builder{}, Options{}); err == nil {
		t.Fatal("up on an interface that is down")
	}
	has(t, err.Error(), "the interface lo is down", "ip link set lo up")
}

// TestWithoutPrivilege: it says what helps, and tells and prints what it can.
func TestWithoutPrivilege(t *testing.T) {
	if !inside(t) {
		return
	}
	give(t, nil, link(t, loopback), "169.254.169.254/32")
	up(t, Options{})
	runtime.LockOSThread() // and never unlocked: no other test gets this thread
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	must(t, unix.Capset(&header, &none[0]))
	for doing, err := range map[string]error{"up": Up(&strings.Builder{}, Options{}), "down": Down(&strings.Builder{})} {
		if err == nil || !errors.Is(err, syscall.EPERM) || !errors.As(err, new(*PermissionError)) {
			t.Fatalf("%s: %v", doing, err)
		}
		has(t, err.Error(), "read the guard: ", "CAP_NET_ADMIN. Run it with sudo, or see with -print")
	}
	s, err := Read()
	if err == nil || s == nil || s.Up || len(s.Problems) != 1 {
		t.Fatalf("%+v %v", s, err)
	}
	var b strings.Builder
	must(t, s.Text(&b))
	has(t, b.String(), "169.254.169.254  on lo\n", "CAP_NET_ADMIN", "not known\n")
	commands, err := UpCommands(Options{})
	must(t, err)
	has(t, commands, "table inet mockmd {", `ip daddr 169.254.169.254 counter drop comment "mockmd network up found this address"`)
	commands, err = DownCommands()
	must(t, err)
	has(t, commands, "# Unless it was there before; only root can see that in the guard:\nip address del 169.254.169.254/32 dev lo\n", "ip -6 address del", "delete table inet mockmd")
}
