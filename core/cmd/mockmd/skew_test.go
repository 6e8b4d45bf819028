package main

import (
	"strings"
	"testing"
	"time"

	"github.com/mockmd/mockmd/plugins/iam/stssim"
)

// TestSkewedClock: the clock of STS is an hour off. The first request is
// refused for its time, which the answer tells, and the second one works.
func TestSkewedClock(t *testing.T) {
	t.Parallel()
	for name, skew := range map[string]time.Duration{"ahead": time.Hour, "behind": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSTS(t, 4*time.Second)
			s.setFault(&stssim.Fault{Kind: stssim.SkewedClock, Skew: skew})
			d := start(t, withSTS(s.url))
			d.bootstrap()
			s.wait("two calls", func(c []stssim.Call) bool { return len(c) >= 2 })
			first := d.waitRole("good", func(doc document) bool { return doc.Code == "Success" })
			calls := s.soFar()
			if calls[0].Code != "SignatureDoesNotMatch" || calls[1].Code != "Success" {
				t.Errorf("the first calls end with %s and %s", calls[0].Code, calls[1].Code)
			}
			if off := first.Expiration.Sub(time.Now().Add(skew)); off.Abs() > 30*time.Second {
				t.Errorf("it ends %s after now at STS", off)
			}
			if got := time.Duration(d.tell().SkewSecs) * time.Second; (got - skew).Abs() > 3*time.Second {
				t.Errorf("clock_skew_seconds is %s, want %s", got, skew)
			}
			d.waitLine("this machine's clock is not that of STS")
			calls = s.wait("renewals", func(c []stssim.Call) bool { return len(granted(c)) >= 4 })
			if n := len(calls) - len(granted(calls)); n != 1 {
				t.Errorf("%d calls were refused, want the first one", n)
			}
			for _, c := range granted(calls)[1:] {
				if strings.HasPrefix(c.AccessKeyID, "AKIA") {
					t.Errorf("a renewal is signed by %s, so the session before had ended", c.AccessKeyID)
				}
			}
		})
	}
}
