package iam

import (
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
)

// TestFirstMessage: only who has to post something is told to.
func TestFirstMessage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sts   stsSettings
		posts bool
	}{
		"AWS":                          {stsSettings{autoBootstrap: true}, true},
		"simulated, waiting":           {stsSettings{simulated: true}, true},
		"simulated, bootstraps itself": {stsSettings{simulated: true, autoBootstrap: true}, false},
	} {
		s := newState(&settings{roles: []*role{{name: "app"}}, sts: c.sts}, wallClock, func() float64 { return 0 }, hclog.NewNullLogger())
		leaf := s.look().roles["app"].document(sinceIAM)
		if got := strings.Contains(string(leaf.Body), "POST"); got != c.posts {
			t.Errorf("%s: tells to POST is %v, want %v: %s", name, got, c.posts, leaf.Body)
		}
	}
}
