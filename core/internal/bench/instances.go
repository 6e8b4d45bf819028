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
	const group = "131,072 instances"
	var one, many []float64
	for i := range b.rounds {
		t, err := b.readyAfter(ctx, oneInstance+everyPlugin, nil)
		if err != nil {
			return err
		}
		one = append(one, ms(t))
		var look func(*server) error
		if i == b.rounds-1 {
			look = func(s *server) error { return b.visitInstances(ctx, s, group) }
		}
		if t, err = b.readyAfter(ctx, manyInstances+everyPlugin, look); err != nil {
			return err
		}
		many = append(many, ms(t))
	}
	b.figure(group, "exec to all ready, 1 instance", "ms", one, nil)
	b.figure(group, "exec to all ready, 131,073 instances", "ms", many, nil)
	return nil
}

// visitInstances has ever more clients read what is theirs.
func (b *bench) visitInstances(ctx context.Context, s *server, group string) error {
	b.size(s, group, "no client yet")
	served := 0
	for _, upTo := range []int{min(1000, b.distinct), b.distinct} {
		if upTo <= served {
			continue
		}
		var err error
		if served, err = b.clients(ctx, s, group, served, upTo, "first read"); err != nil {
			return err
		}
		b.size(s, group, fmt.Sprintf("%d distinct clients", served))
		if _, err := b.clients(ctx, s, group, max(0, served-100), served, "later read"); err != nil {
			return err
		}
	}
	_, err := b.clients(ctx, s, group, 0, min(100, served), "read again, let go meanwhile")
	return err
}

func (b *bench) size(s *server, group, when string) {
	if n, ok := b.pss(s); ok {
		b.figure(group, "PSS of core and plugins, "+when, "MB", []float64{n}, nil)
	}
}

// clients has those numbered from first to before last read, four at a time,
// and makes rows of how long that takes them. On a busy machine the core may
// give up waiting for a plugin and answer 503; such a client asks again, as
// SDKs do, which counts in its time. It ends after a while whatever their
// number: the first read of each has its instance built, which takes a busy
// machine tens of milliseconds, and there may be 131,072 of them. It returns
// the number behind the last that has read.
func (b *bench) clients(ctx context.Context, s *server, group string, first, last int, what string) (int, error) {
	base := netip.MustParsePrefix(network).Addr().As4()
	took := make([]float64, last-first)
	began := time.Now()
	var next, again atomic.Int64
	var failure atomic.Pointer[error]
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for failure.Load() == nil && ctx.Err() == nil && time.Since(began) < b.long {
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
		return 0, *err
	}
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	took = took[:min(int(next.Load()), len(took))]
	rate := float64(len(took)) / time.Since(began).Seconds()
	slices.Sort(took)
	what = fmt.Sprintf("%s, clients %d to %d", what, first+1, first+len(took))
	for _, p := range []int{50, 99} {
		b.figure(group, fmt.Sprintf("%s, p%d", what, p), "ms", []float64{took[(len(took)-1)*p/100]}, nil)
	}
	b.figure(group, what, "reads/s", []float64{rate}, nil)
	b.figure(group, what+", 503 and asked again", "reads", []float64{float64(again.Load())}, nil)
	return first + len(took), nil
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
	if _, err := c.Write(request("GET", namePath, connection(false))); err != nil {
		return err
	}
	answer, err := io.ReadAll(c)
	if err != nil {
		return fmt.Errorf("client %s: %w", from, err)
	}
	if bytes.HasPrefix(answer, []byte("HTTP/1.1 503")) {
		return fmt.Errorf("client %s: %w", from, errUnavailable)
	}
	if !bytes.HasPrefix(answer, []byte("HTTP/1.1 200")) || !strings.HasSuffix(string(answer), "\r\n\r\n"+from.String()) {
		return fmt.Errorf("client %s is answered %q", from, answer)
	}
	return nil
}
