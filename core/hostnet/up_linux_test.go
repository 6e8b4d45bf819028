package hostnet

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/nftables"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// TestUpAndDown: Up may be called again and changes only what it is told to;
// Down leaves what was there before, to the letter.
func TestUpAndDown(t *testing.T) {
	if !inside(t) {
		return
	}
	cable(t, "eth0", "10.9.0.1/24", "fd09::1/64")
	foreign := nftables.Table{Name: "theirs", Family: nftables.TableFamilyINet}
	c, err := nftables.New()
	must(t, err)
	c.AddTable(&foreign)
	must(t, c.Flush())
	before := dump(t)

	has(t, up(t, Options{}), "guard: tables inet mockmd and arp mockmd", "169.254.169.254: put on lo", "fd00:ec2::254: put on lo")
	first := dump(t)
	if s := state(t); !s.Up || len(s.Problems) > 0 || !s.Addresses[four].Added || !s.Addresses[six].Added || !s.Addresses[six].Guarded {
		t.Errorf("after up: %+v", s)
	}
	has(t, up(t, Options{}), "but lo (as before)", "169.254.169.254: on lo (as before)", "fd00:ec2::254: on lo (as before)")
	if again := dump(t); again != first {
		t.Errorf("the second time made of\n%sthis:\n%s", first, again)
	}

	has(t, up(t, Options{Allow: []string{"eth0", "br-*", "lo", "eth0"}}), "but lo, br-*, eth0\n", "169.254.169.254: on lo (as before)")
	if s := state(t); !s.Up || !slices.Equal(s.Allowed, []string{"br-*", "eth0"}) {
		t.Errorf("after up with others allowed: %+v", s)
	}
	has(t, up(t, Options{WithoutIPv6: true}), "fd00:ec2::254: taken from lo", "but lo\n", "169.254.169.254: on lo (as before)")
	if s := state(t); !s.Up || len(s.Addresses[six].Interfaces) > 0 || s.Addresses[six].Guarded || len(s.Allowed) > 0 {
		t.Errorf("after up without IPv6: %+v", s)
	}
	has(t, up(t, Options{}), "fd00:ec2::254: put on lo")
	if again := dump(t); again != first {
		t.Errorf("back again:\n%s", again)
	}

	has(t, down(t), "169.254.169.254: taken from lo", "fd00:ec2::254: taken from lo", "guard: removed")
	if after := dump(t); after != before {
		t.Errorf("down left of\n%sthis:\n%s", before, after)
	}
	has(t, down(t), "169.254.169.254: not there", "guard: not there")
	if s := state(t); s.Up || !slices.Equal(s.Problems, []string{"the addresses are not there: run mockmd network up"}) {
		t.Errorf("after down: %+v", s)
	}
}

// TestFlushed: when the guard is removed by others, its record with it, it is
// still known whose the addresses are.
func TestFlushed(t *testing.T) {
	if !inside(t) {
		return
	}
	before := dump(t)
	flush := func() {
		t.Helper()
		c, err := nftables.New()
		must(t, err)
		c.FlushRuleset()
		must(t, c.Flush())
	}
	up(t, Options{})
	first := dump(t)
	flush()
	var kernel unix.Utsname
	must(t, unix.Uname(&kernel))
	var major, minor int
	_, err := fmt.Sscanf(unix.ByteSliceToString(kernel.Release[:]), "%d.%d", &major, &minor)
	must(t, err)
	if major < 5 || major == 5 && minor < 18 {
		t.Skip("NOT RUN: this kernel does not keep where addresses are from (Linux before 5.18)")
	}
	has(t, up(t, Options{}), "guard: tables inet mockmd and arp mockmd", "169.254.169.254: on lo (as before)")
	if again := dump(t); again != first {
		t.Errorf("mended to\n%s, want\n%s", again, first)
	}
	flush()
	has(t, down(t), "169.254.169.254: taken from lo", "fd00:ec2::254: taken from lo", "guard: not there")
	if after := dump(t); after != before {
		t.Errorf("down left of\n%sthis:\n%s", before, after)
	}
}

// TestUpKeepsWhatIsThere: an address that was there before is guarded, and
// stays.
func TestUpKeepsWhatIsThere(t *testing.T) {
	if !inside(t) {
		return
	}
	give(t, nil, link(t, loopback), "169.254.169.254/32")
	cable(t, "eth0", "fd00:ec2::254/128")
	before := dump(t)
	has(t, up(t, Options{}), "note: fd00:ec2::254 is on eth0, by which it will not be reached; -allow eth0 lets",
		"169.254.169.254: on lo (as before)", "fd00:ec2::254: on eth0 (as before)")
	s := state(t)
	for _, a := range s.Addresses {
		if !s.Up || !a.Guarded || a.Added {
			t.Errorf("%+v", s)
		}
	}
	up(t, Options{})
	has(t, down(t), "169.254.169.254: stays on lo: nothing says", "ip address del 169.254.169.254/32 dev lo", "fd00:ec2::254: stays on eth0", "guard: removed")
	if after := dump(t); after != before {
		t.Errorf("down left of\n%sthis:\n%s", before, after)
	}

	// What went meanwhile is Up's when Up brings it back.
	up(t, Options{})
	must(t, netlink.LinkDel(link(t, "eth0")))
	if s := state(t); s.Up || !slices.Equal(s.Problems, []string{"no interface has fd00:ec2::254: run mockmd network up"}) {
		t.Errorf("without an address: %+v", s)
	}
	has(t, up(t, Options{}), "fd00:ec2::254: put on lo")
	has(t, down(t), "169.254.169.254: stays on lo", "fd00:ec2::254: taken from lo")
}

// TestUpWithoutIPv6OnLo: where lo cannot have the IPv6 address, another interface
// can, and there it is guarded.
func TestUpWithoutIPv6OnLo(t *testing.T) {
	if !inside(t) {
		return
	}
	if err := os.WriteFile("/proc/sys/net/ipv6/conf/lo/disable_ipv6", []byte("1"), 0); err != nil {
		t.Skipf("NOT RUN: this machine forbids to disable IPv6: %v", err)
	}
	cable(t, "eth0", "fd00:ec2::254/128")
	before := dump(t)
	has(t, up(t, Options{}), "fd00:ec2::254: on eth0 (as before)")
	if s := state(t); !s.Up || !s.Addresses[six].Guarded || len(s.Problems) > 0 {
		t.Errorf("%+v", s)
	}
	down(t)
	if after := dump(t); after != before {
		t.Errorf("down left of\n%sthis:\n%s", before, after)
	}
}

// TestUpUndoes: when an address cannot be put there, what was done before that
// is undone, and an earlier guard is there again.
func TestUpUndoes(t *testing.T) {
	if !inside(t) {
		return
	}
	if err := os.WriteFile("/proc/sys/net/ipv6/conf/lo/disable_ipv6", []byte("1"), 0); err != nil {
		t.Skipf("NOT RUN: this machine forbids to disable IPv6: %v", err)
	}
	fails := guard{marks: [2]mark{added, added}, allowed: []string{"eth0"}}
	attempt := func() {
		t.Helper()
		h, err := openHost()
		must(t, err)
		var b strings.Builder
		if err = h.up(&b, state(t), fails); err == nil || !strings.Contains(err.Error(), "put fd00:ec2::254 on lo: ") {
			t.Errorf("up with IPv6 disabled: %v\n%s", err, &b)
		}
	}
	before := dump(t)
	attempt()
	if after := dump(t); after != before {
		t.Errorf("left of\n%sthis:\n%s", before, after)
	}
	// Asked as by a user, it leaves that address out and says so.
	has(t, up(t, Options{}), "note: IPv6 is disabled on lo: fd00:ec2::254 is left out", "169.254.169.254: put on lo")
	if s := state(t); !s.Up {
		t.Errorf("%+v", s)
	}
	before = dump(t)
	attempt()
	if after := dump(t); after != before {
		t.Errorf("left of\n%sthis:\n%s", before, after)
	}
}
