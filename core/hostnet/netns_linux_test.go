package hostnet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/nftables"
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// netnsEnv tells a test that it runs in a network namespace of its own.
const netnsEnv = "MOCKMD_TEST_NETNS"

// inside runs the test again in a network namespace of its own, and returns
// true there. Who is not root gets the namespace by a user namespace.
func inside(t *testing.T) bool {
	t.Helper()
	if os.Getenv(netnsEnv) != "" {
		must(t, netlink.LinkSetUp(link(t, loopback)))
		return true
	}
	t.Parallel()
	self, err := os.Executable()
	must(t, err)
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), netnsEnv+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if uid, gid := os.Getuid(), os.Getgid(); uid != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: uid, Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: gid, Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	switch {
	case errors.Is(err, syscall.EPERM), errors.Is(err, syscall.ENOSPC):
		t.Skipf("NOT RUN: this machine forbids network namespaces: %v", err)
	case err != nil:
		t.Fatalf("in the namespace: %v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "NOT RUN") {
			t.Log(strings.TrimSpace(line)) // what was left out is told here too
		}
	}
	return false
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, name string) netlink.Link {
	t.Helper()
	l, err := netlink.LinkByName(name)
	must(t, err)
	return l
}

// cable makes an interface that has its other end here too, with addresses.
func cable(t *testing.T, name string, addresses ...string) {
	t.Helper()
	must(t, netlink.LinkAdd(&netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: name}, PeerName: name + "-end"}))
	must(t, netlink.LinkSetUp(link(t, name+"-end")))
	give(t, nil, link(t, name), addresses...)
}

// give gives an interface of a namespace addresses, and sets it up.
func give(t *testing.T, in *netlink.Handle, l netlink.Link, addresses ...string) {
	t.Helper()
	if in == nil {
		in = &netlink.Handle{} // this namespace
	}
	for _, a := range addresses {
		must(t, in.AddrAdd(l, parsed(t, a)))
	}
	must(t, in.LinkSetUp(l))
}

func parsed(t *testing.T, address string) *netlink.Addr {
	t.Helper()
	a, err := netlink.ParseAddr(address)
	must(t, err)
	a.Flags = unix.IFA_F_NODAD // used at once
	return a
}

// dump says all there is of addresses and of nftables.
func dump(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	addresses, err := netlink.AddrList(nil, netlink.FAMILY_ALL)
	must(t, err)
	for _, a := range addresses {
		if !a.IP.IsLinkLocalUnicast() || a.IP.To4() != nil { // the kernel's own come when they come
			fmt.Fprintf(&b, "%d %s scope %d flags %#x preferred %d\n", a.LinkIndex, a, a.Scope, a.Flags, a.PreferedLft)
		}
	}
	c, err := nftables.New()
	must(t, err)
	tables, err := c.ListTables()
	must(t, err)
	for _, table := range tables {
		fmt.Fprintf(&b, "table %s of %d flags %d\n", table.Name, table.Family, table.Flags)
	}
	chains, err := c.ListChains()
	must(t, err)
	for _, chain := range chains {
		fmt.Fprintf(&b, "chain %s of %s\n", chain.Name, chain.Table.Name)
		rules, err := c.GetRules(chain.Table, chain)
		must(t, err)
		for _, r := range rules {
			fmt.Fprintf(&b, "  %q", r.UserData)
			for _, e := range r.Exprs {
				fmt.Fprintf(&b, " %T%+v", e, e)
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

// neighbour is another host: a network namespace that a thread is in.
type neighbour struct {
	*netlink.Handle
	jobs chan func()
}

// newNeighbour makes one, at the other end of a cable: eth0 here, with
// addresses of 10.9.0.0/24 and fd09::/64, is by its number also its way to
// everything else, if that is wanted.
func newNeighbour(t *testing.T) *neighbour {
	t.Helper()
	n := &neighbour{jobs: make(chan func())}
	made := make(chan error)
	var ns netns.NsHandle
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with this
		err := unix.Unshare(unix.CLONE_NEWNET)
		if err == nil {
			ns, err = netns.Get()
		}
		made <- err
		for job := range n.jobs {
			job()
		}
	}()
	t.Cleanup(func() { close(n.jobs) })
	must(t, <-made)
	t.Cleanup(func() { _ = ns.Close() })
	h, err := netlink.NewHandleAt(ns)
	must(t, err)
	t.Cleanup(h.Close)
	n.Handle = h
	must(t, netlink.LinkAdd(&netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: "eth0"}, PeerName: "far0", PeerNamespace: netlink.NsFd(ns)}))
	give(t, nil, link(t, "eth0"), "10.9.0.1/24", "fd09::1/64")
	give(t, h, n.link(t), "10.9.0.2/24", "fd09::2/64")
	return n
}

func (n *neighbour) link(t *testing.T) netlink.Link {
	t.Helper()
	l, err := n.LinkByName("far0")
	must(t, err)
	return l
}

// route has the neighbour send packets for an address through a gateway, or
// without one ask for it on the cable.
func (n *neighbour) route(t *testing.T, a, gateway string) {
	t.Helper()
	ip := net.ParseIP(a)
	bits := 128
	if ip.To4() != nil {
		ip, bits = ip.To4(), 32
	}
	must(t, n.RouteReplace(&netlink.Route{
		LinkIndex: n.link(t).Attrs().Index, Gw: net.ParseIP(gateway), Dst: &net.IPNet{IP: ip, Mask: net.CIDRMask(bits, bits)},
	}))
}

// dial connects from the neighbour; it ends with the context.
func (n *neighbour) dial(ctx context.Context, address string) <-chan error {
	result := make(chan error, 1)
	n.jobs <- func() {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			_ = conn.Close()
		}
		result <- err
	}
	return result
}

// poll waits for what nothing tells of.
func poll(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute) // far beyond anything that is waited for
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("waiting for a minute until %s", what)
		}
		time.Sleep(time.Millisecond) // the kernel tells nobody of what is waited for
	}
}

// state is what Read reads.
func state(t *testing.T) *State {
	t.Helper()
	s, err := Read()
	must(t, err)
	return s
}

// up runs Up, which must succeed, and returns what it wrote.
func up(t *testing.T, o Options) string {
	t.Helper()
	var b strings.Builder
	must(t, Up(&b, o))
	return b.String()
}

// down runs Down, which must succeed, and returns what it wrote.
func down(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	must(t, Down(&b))
	return b.String()
}

// has says what of a text is not there.
func has(t *testing.T, text string, wants ...string) {
	t.Helper()
	if i := slices.IndexFunc(wants, func(w string) bool { return !strings.Contains(text, w) }); i >= 0 {
		t.Errorf("%q is not in:\n%s", wants[i], text)
	}
}
