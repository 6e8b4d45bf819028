package hostnet

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
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

// TestNeverReached has a neighbour send without end while the addresses come
// and go: not one packet gets past the guard.
func TestNeverReached(t *testing.T) {
	if !inside(t) {
		return
	}
	n := newNeighbour(t)
	n.route(t, "169.254.169.254", "10.9.0.1")
	n.route(t, "fd00:ec2::254", "fd09::1")
	sent := make(chan struct{})
	ctx, stop := context.WithCancel(t.Context())
	n.jobs <- func() {
		defer close(sent)
		var conns []net.Conn
		for _, a := range Addresses() {
			conn, err := net.Dial("udp", net.JoinHostPort(a.String(), "9"))
			if err != nil {
				t.Errorf("the neighbour: %v", err)
				return
			}
			conns = append(conns, conn)
		}
		for ctx.Err() == nil {
			for _, c := range conns {
				_, _ = c.Write([]byte("?")) // while nobody has the address, this fails
			}
		}
		for _, c := range conns {
			_ = c.Close()
		}
	}
	all, err := net.ListenPacket("udp", ":9") // whatever this host takes in
	must(t, err)
	var got atomic.Int64
	received := make(chan struct{})
	go func() {
		defer close(received)
		for {
			if _, _, err := all.ReadFrom(make([]byte, 1)); err != nil {
				return
			}
			got.Add(1)
		}
	}()
	for range 10 {
		up(t, Options{})
		poll(t, "the neighbour's packets are dropped", func() bool {
			a := state(t).Addresses
			return a[four].Dropped > 0 && a[six].Dropped > 0
		})
		down(t)
	}
	if got.Load() > 0 {
		t.Errorf("%d packets came in", got.Load())
	}
	give(t, nil, link(t, loopback), "169.254.169.254/32") // that there was something to be let in
	poll(t, "the neighbour's packets come in without the guard", func() bool { return got.Load() > 0 })
	stop()
	<-sent
	_ = all.Close()
	<-received
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
