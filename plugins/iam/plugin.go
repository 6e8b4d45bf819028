// Package iam is the built-in plugin that serves credentials: those of the
// instance profile under meta-data/iam, those of the instance identity role and
// those of ECS tasks, all real and renewed. It owns the life of the credentials
// and every call to STS: it takes credentials from the sources that it is
// configured with, assumes each role with them, and renews before anyone
// notices.
//
// A [role] is what is configured; a grant is a role as it is assumed, for all
// instances or for one; a worker keeps one grant alive; a source says in which
// ways a session of a grant can be had.
//
// The package imports the plugin SDK, its own folders stssim (the simulated
// STS) and awschain (the AWS SDK's credential chain), and the AWS SDK. Nothing
// else of mockmd imports the AWS SDK.
package iam

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/mockmd/mockmd/sdk"
)

// New returns the plugin. See the README beside this file for its options.
func New() sdk.Plugin {
	p := newPlugin(&clock{wall: wallClock, elapsed: sinceBoot(), boot: bootID()}, rand.Float64)
	p.watchClock = watchClock
	return p
}

// newPlugin takes the clock and a source of numbers in [0, 1) for jitter.
func newPlugin(c *clock, random func() float64) *plugin {
	p := &plugin{
		clock: c, random: random, timeout: attemptTimeout, tick: tick, resumed: make(chan struct{}), started: make(chan struct{}),
		watchClock: func(ctx context.Context, _ chan<- struct{}) error { <-ctx.Done(); return nil },
	}
	p.connect = func(t target, hear func(time.Time)) assumer { return connectAWS(t, c.now, hear) }
	return p
}

// wallClock leaves the monotonic reading out, which stands still while a
// machine sleeps.
func wallClock() time.Time { return time.Now().Round(0) }

type plugin struct {
	clock      *clock
	random     func() float64
	connect    func(t target, hear func(time.Time)) assumer
	watchClock func(ctx context.Context, set chan<- struct{}) error // see watchClock of the system
	timeout    time.Duration                                        // of one call to STS
	tick       time.Duration                                        // how often a waiting worker looks at the clock

	log      hclog.Logger // set by Configure, with the three below
	settings *settings
	gap      time.Duration // between two cycles of a grant
	state    *state
	restored bool // a checkpoint was taken up, which is newer than any file

	resumed chan struct{} // closed when Run has taken up the state file
	started chan struct{} // closed when Run takes actions
	stopped atomic.Bool   // Run has ended
}

var (
	_ sdk.Plugin     = (*plugin)(nil)
	_ sdk.Configurer = (*plugin)(nil)
	_ sdk.Mounter    = (*plugin)(nil)
	_ sdk.Runner     = (*plugin)(nil)
	_ sdk.Restorer   = (*plugin)(nil)
	_ sdk.Expirer    = (*plugin)(nil)
	_ sdk.Actor      = (*plugin)(nil)
	_ sdk.Summarizer = (*plugin)(nil)
	_ sdk.Documenter = (*plugin)(nil)
	_ sdk.Forgetter  = (*plugin)(nil)
)

// Summary names the roles, their accounts, and who is asked for them with
// what.
func (p *plugin) Summary() string {
	var roles []string
	for _, r := range p.settings.roles {
		roles = append(roles, "role "+r.name+" of account "+r.account)
	}
	if p.settings.identityAccount != "" {
		roles = append(roles, "identity role of account "+p.settings.identityAccount)
	}
	if len(roles) == 0 {
		roles = []string{"the instance identity role"}
	}
	out := strings.Join(roles, ", ") + " from " + p.settings.sts.describe()
	if used := p.settings.sources.used; len(used) != 1 || used[0].kind() != kindBootstrap {
		out += " by " + describeSources(used)
	}
	return out
}

// ValidUntil returns the earliest expiry over all roles, the identity role
// included, and the zero time while any of them has no valid credentials: what
// is served is valid as a whole or not.
func (p *plugin) ValidUntil() time.Time { return p.state.validUntil() }

// Restore takes up what an earlier process had.
func (p *plugin) Restore(_ context.Context, checkpoint []byte) error {
	err := p.state.restore(checkpoint)
	p.restored = err == nil
	return err
}
