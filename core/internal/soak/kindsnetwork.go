package main

import (
	"context"
	"math/rand/v2"
	"net"
	"time"
)

// awayInterface has the address that comes and goes.
const awayInterface = "soak0"

const idleConnections = 600

func (s *soak) addInterface() error {
	if s.at.away == "" {
		return nil
	}
	for _, args := range [][]string{
		{"ip", "link", "add", awayInterface, "type", "veth", "peer", "name", awayInterface + "p"},
		{"ip", "link", "set", awayInterface, "up"},
		{"ip", "link", "set", awayInterface + "p", "up"},
		{"ip", "addr", "add", awayAddress + "/32", "dev", awayInterface},
	} {
		if err := command(args...); err != nil {
			return err
		}
	}
	return nil
}

// networkKinds take an interface away, and flood.
func (s *soak) networkKinds() []kind {
	impossible := ""
	if s.at.away == "" {
		impossible = "no network namespace (root and ip)"
	}
	return []kind{
		{name: "interface removed and added", impossible: impossible, do: func(_ context.Context, r *rand.Rand) error {
			d := s.some(r, 300*time.Millisecond, 6*time.Second)
			end := s.excuse(addressAway)
			defer end()
			if err := command("ip", "link", "del", awayInterface); err != nil {
				return err
			}
			time.Sleep(d)
			return s.addInterface()
		}},
		{name: "idle connections", do: func(ctx context.Context, r *rand.Rand) error {
			d := s.some(r, 500*time.Millisecond, 6*time.Second)
			s.crowd.Lock()
			defer s.crowd.Unlock()
			var open []net.Conn
			defer func() {
				for _, c := range open {
					_ = c.Close()
				}
			}()
			dialer := net.Dialer{Timeout: readTimeout}
			for range idleConnections {
				c, err := dialer.DialContext(ctx, "tcp", s.at.main)
				if err != nil {
					return err
				}
				open = append(open, c)
			}
			time.Sleep(d)
			return nil
		}},
	}
}
