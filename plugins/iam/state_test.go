package iam

import (
	"strings"
	"testing"
	"time"

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
		r := testRole("app", "arn:aws:iam::123456789012:role/app")
		s := newState(&settings{roles: []*role{r}, sts: c.sts}, steadyClock(), func() float64 { return 0 }, hclog.NewNullLogger())
		if err := s.prepare(nil); err != nil {
			t.Fatal(err)
		}
		leaf := s.look(map[*role]string{r: "app"}).of(r).document(sinceIAM)
		if got := strings.Contains(string(leaf.Body), "POST"); got != c.posts {
			t.Errorf("%s: tells to POST is %v, want %v: %s", name, got, c.posts, leaf.Body)
		}
	}
}

// What is valid is what the trees have: the core may act on the status before
// the next trees come.
func TestValidityIsThatOfTheTrees(t *testing.T) {
	t.Parallel()
	g := newRig(t, oneRole)
	g.clock.jump(time.Until(testSession().issued))
	g.served()
	g.grant("app").session = testSession()
	if until := g.p.ValidUntil(); !until.IsZero() {
		t.Errorf("valid until %s, and the tree has no credentials", until)
	}
	g.served()
	if until := g.p.ValidUntil(); !until.Equal(testSession().expires) {
		t.Errorf("valid until %s", until)
	}
}
