package main

import (
	"context"
	"math/rand/v2"
	"time"
)

// stsKinds have the STS answer wrongly.
func (s *soak) stsKinds() []kind {
	var list []kind
	for _, f := range faults {
		list = append(list, kind{name: "STS " + f.name, do: func(ctx context.Context, r *rand.Rand) error {
			if f.ahead > 0 { // what was there before has ended by that clock
				defer s.excuse(noCredentials)()
			}
			s.proxy.fault.Store(&f)
			d := s.some(r, 300*time.Millisecond, 20*time.Second)
			if s.o.hurry { // else no call falls into it
				_ = s.post(ctx, s.at.admin, "/refresh", "", 0)
			}
			time.Sleep(d)
			s.proxy.fault.Store(nil)
			if f.ahead == 0 {
				return nil
			}
			_ = s.post(ctx, s.at.admin, "/refresh", "", 0) // until then its time is believed
			ctx, cancel := context.WithTimeout(ctx, comesBack)
			defer cancel()
			return s.credentials(ctx)
		}})
	}
	return list
}
