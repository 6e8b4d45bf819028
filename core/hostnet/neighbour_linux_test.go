package hostnet

import (
	"context"
	"errors"
	"net"
	"testing"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
)

// TestNeighbour has another host reach for the addresses: through this one as
// a router, and by asking on the cable who has them.
func TestNeighbour(t *testing.T) {
	if !inside(t) {
		return
	}
	n := newNeighbour(t)
	up(t, Options{})
	var accepted [2]chan struct{}
	var addresses [2]string
	for i, a := range Addresses() {
		addresses[i] = net.JoinHostPort(a.String(), "80")
		l, err := net.Listen("tcp", addresses[i])
		must(t, err)
		accepted[i] = make(chan struct{}, 100)
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				_ = conn.Close()
				accepted[i] <- struct{}{}
			}
		}()
		t.Cleanup(func() { _ = l.Close() })
	}
	local := func() {
		t.Helper()
		for i, a := range addresses {
			conn, err := net.Dial("tcp", a)
			must(t, err)
			if host, _, _ := net.SplitHostPort(conn.LocalAddr().String()); host != Addresses()[i].String() {
				t.Errorf("a client here comes from %s", host)
			}
			_ = conn.Close()
			<-accepted[i]
		}
	}
	reached := func(i int) {
		t.Helper()
		if err := <-n.dial(t.Context(), addresses[i]); err != nil {
			t.Errorf("the neighbour: %v", err)
			return
		}
		<-accepted[i]
	}
	// dropped dials until the counter counts, and has the neighbour give up.
	dropped := func(i int, counter func() uint64) {
		t.Helper()
		before := counter()
		ctx, cancel := context.WithCancel(t.Context())
		result := n.dial(ctx, addresses[i])
		poll(t, "the guard counts what it drops for "+addresses[i], func() bool { return counter() > before })
		cancel()
		if err := <-result; !errors.Is(err, context.Canceled) || len(accepted[i]) > 0 {
			t.Errorf("%s: %v, %d connections", addresses[i], err, len(accepted[i]))
		}
	}
	packets := func(i int) func() uint64 { return func() uint64 { return state(t).Addresses[i].Dropped } }

	n.route(t, "169.254.169.254", "10.9.0.1")
	n.route(t, "fd00:ec2::254", "fd09::1")
	for i := range addresses {
		dropped(i, packets(i))
	}
	local()
	n.route(t, "169.254.169.254", "") // who has it?
	dropped(four, func() uint64 { return arpDropped(t) })

	// Allowed, it comes in, each way; but not so an interface of a similar name.
	up(t, Options{Allow: []string{"eth", "eth0.1", "eth1*"}})
	n.route(t, "169.254.169.254", "10.9.0.1")
	for i := range addresses {
		dropped(i, packets(i))
	}
	for _, allow := range []string{"eth0", "et*"} {
		up(t, Options{Allow: []string{allow}})
		for i := range addresses {
			reached(i)
		}
	}
	n.route(t, "169.254.169.254", "")
	reached(four)
	local()

	// That it was the guard: without it, it comes in.
	up(t, Options{})
	n.route(t, "169.254.169.254", "10.9.0.1")
	dropped(four, packets(four))
	h, err := openHost()
	must(t, err)
	must(t, removeGuard(h.nft))
	for i := range addresses {
		reached(i)
	}
}

// arpDropped is how many ARP requests the guard left unanswered.
func arpDropped(t *testing.T) uint64 {
	t.Helper()
	c, err := nftables.New()
	must(t, err)
	chain := guard{}.bases()[1].chain
	rules, err := c.GetRules(chain.Table, chain)
	must(t, err)
	for _, r := range rules {
		for _, e := range r.Exprs {
			if counter, ok := e.(*expr.Counter); ok {
				return counter.Packets
			}
		}
	}
	t.Fatal("the guard counts no ARP requests")
	return 0
}
