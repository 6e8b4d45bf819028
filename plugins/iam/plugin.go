// Package iam is the built-in plugin that serves credentials: those of the
// instance profile under meta-data/iam, those of the instance identity role and
// those of ECS tasks, all real and renewed. It owns the life of the credentials and every call to STS:
// it is given a bootstrap set once, assumes each configured role with it, and
// from then on renews with what AssumeRole returned.
//
// The package imports the plugin SDK, its own folder stssim (the simulated
// STS) and the AWS SDK. Nothing else of mockmd imports the AWS SDK.
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
	return newPlugin(wallClock, rand.Float64)
}

// newPlugin takes the clock, which must be a wall clock so that a machine that
// slept notices, and a source of numbers in [0, 1) for jitter.
func newPlugin(now func() time.Time, random func() float64) *plugin {
	return &plugin{now: now, random: random, connect: connectAWS, timeout: attemptTimeout, started: make(chan struct{})}
}

// wallClock leaves the monotonic reading out, which stands still while a
// machine sleeps.
func wallClock() time.Time { return time.Now().Round(0) }

type plugin struct {
	now     func() time.Time
	random  func() float64
	connect func(target) assumer
	timeout time.Duration // of one call to STS

	log      hclog.Logger // set by Configure, with the three below
	settings *settings
	gap      time.Duration // between two cycles of a role
	state    *state

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
)

// Summary names the roles, their accounts and who is asked for them.
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
	return strings.Join(roles, ", ") + " from " + p.settings.sts.describe()
}

// ValidUntil returns the earliest expiry over all roles, the identity role
// included, and the zero time while any of them has no valid credentials: what
// is served is valid as a whole or not.
func (p *plugin) ValidUntil() time.Time { return p.state.validUntil() }

// Restore takes up what an earlier process had.
func (p *plugin) Restore(_ context.Context, checkpoint []byte) error {
	return p.state.restore(checkpoint)
}
