package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// network has an address of loopback for each instance: clients bind to them.
const network = "127.2.0.0/15"

// oneInstance and manyInstances differ in nothing else.
const (
	oneInstance   = "instance {\n  iam_instance_profile = \"app\"\n}\n"
	manyInstances = `instance {
  iam_instance_profile = "app"
}
instance "web" {
  for_each             = cidrhosts("` + network + `")
  match                = [each.key]
  iam_instance_profile = "app"
  tags                 = { Name = each.key }
  metadata_options { instance_metadata_tags = "enabled" }
}
`
	everyPlugin = `
plugin "instance" {}
plugin "network" {}
plugin "placement" {}
plugin "identity" {}
plugin "events" {}
plugin "static" {
  config { values = { "meta-data/hello" = "world" } }
}
plugin "iam" {
  config {
    role "app" { arn = "arn:aws:iam::${instance.account_id}:role/app" }
    sts { simulated = true }
  }
}
`
)

// namePath is what clients read: the address of each is there.
const namePath = "/latest/meta-data/tags/instance/Name"

// instances measures what a configuration of 131,072 instances costs beside
// one of a single instance: before the first client, after some, after many.
func (b *bench) instances(ctx context.Context) error {
	var one, many []float64
	for range b.rounds {
		for text, into := range map[string]*[]float64{oneInstance: &one, manyInstances: &many} {
			s, err := b.startWith(ctx, text+everyPlugin, false)
			if err != nil {
				return err
			}
			t, err := s.until(ctx, s.admin, "/readyz")
			s.stop()
			if err != nil {
				return err
			}
			*into = append(*into, ms(t))
		}
	}
	b.rows = append(b.rows,
		figure("exec to all ready, 1 instance", "ms", one, nil),
		figure("exec to all ready, 131,073 instances", "ms", many, nil))
	s, err := b.startWith(ctx, manyInstances+everyPlugin, false)
	if err != nil {
		return err
	}
	defer s.stop()
	if _, err := s.until(ctx, s.admin, "/readyz"); err != nil {
		return err
	}
	b.pss(s, "no client yet")
	const few = 1000
	if err := b.clients(s, 0, few, "first read of 1,000 clients"); err != nil {
		return err
	}
	b.pss(s, "1,000 distinct clients")
	if err := b.clients(s, few-100, few, "later read of the last 100 of them"); err != nil {
		return err
	}
	if err := b.clients(s, few, b.distinct, fmt.Sprintf("first read of the clients up to %d", b.distinct)); err != nil {
		return err
	}
	b.pss(s, fmt.Sprintf("%d distinct clients", b.distinct))
	if err := b.clients(s, b.distinct-100, b.distinct, "later read of the last 100 of them"); err != nil {
		return err
	}
	return b.clients(s, 0, 100, "read of the first 100, let go meanwhile")
}

func (b *bench) pss(s *server, when string) {
	size, err := treePSS(s.cmd.Process.Pid)
	if err != nil {
		fmt.Println("bench: no figure for memory:", err)
		return
	}
	b.rows = append(b.rows, figure("PSS of core and seven plugins, "+when, "MB", []float64{size}, nil))
}

// clients has those numbered from first to before last read, four at a time,
// and makes rows of how long that takes them. On a busy machine the core may
// give up waiting for a plugin and answer 503; such a client asks again, as
// SDKs do, which counts in its time.
func (b *bench) clients(s *server, first, last int, what string) error {
	base := netip.MustParsePrefix(network).Addr().As4()
	took := make([]float64, last-first)
	var next, again atomic.Int64
	var failure atomic.Pointer[error]
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for failure.Load() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(took) {
					return
				}
				n := first + i
				from := netip.AddrFrom4([4]byte{127, base[1] + byte(n>>16), byte(n >> 8), byte(n)})
				began := time.Now()
				err := readName(s.address, from)
				for errors.Is(err, errUnavailable) && time.Since(began) < time.Minute {
					again.Add(1)
					err = readName(s.address, from)
				}
				if err != nil {
					failure.Store(&err)
					return
				}
				took[i] = float64(time.Since(began).Microseconds()) / 1000
			}
		})
	}
	wg.Wait()
	if err := failure.Load(); err != nil {
		return *err
	}
	slices.Sort(took)
	for _, p := range []int{50, 99} {
		b.rows = append(b.rows, row{
			What: fmt.Sprintf("%s, p%d", what, p), Unit: "ms", Value: took[(len(took)-1)*p/100],
			Spread: fmt.Sprintf("%.1f … %.1f", took[0], took[len(took)-1]),
		})
	}
	b.rows = append(b.rows, row{What: what + ", 503 and asked again", Unit: "reads", Value: float64(again.Load())})
	return nil
}

// errUnavailable is a 503.
var errUnavailable = errors.New("answered 503")

// readName has a client read its own address in the tags of its instance.
func readName(address string, from netip.Addr) error {
	d := net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, 0)), Timeout: 10 * time.Second}
	c, err := d.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	if _, err := c.Write(get(namePath, "Connection: close\r\n")); err != nil {
		return err
	}
	answer, err := io.ReadAll(c)
	if err != nil {
		return fmt.Errorf("client %s: %w", from, err)
	}
	if bytes.HasPrefix(answer, []byte("HTTP/1.1 503")) {
		return fmt.Errorf("client %s: %w", from, errUnavailable)
	}
	if !bytes.HasPrefix(answer, ok200) || !strings.HasSuffix(string(answer), "\r\n\r\n"+from.String()) {
		return fmt.Errorf("client %s is answered %q", from, answer)
	}
	return nil
}
