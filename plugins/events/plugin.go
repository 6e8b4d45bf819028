// Package events is the built-in plugin that serves what happens to an
// instance: meta-data/events, meta-data/spot, meta-data/autoscaling and
// meta-data/instance-action. Its configuration is a schedule, and each event
// is published at its moment.
//
// It knows nothing but its schedule, the clock and the instance's facts, and
// it imports the plugin SDK only.
package events

import (
	"context"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/mockmd/mockmd/sdk"
)

// New returns the plugin. See the README beside this file for its options.
func New() sdk.Plugin { return newPlugin(wallClock) }

// newPlugin takes the clock, which must be a wall clock so that a machine that
// slept notices.
func newPlugin(now func() time.Time) *plugin {
	return &plugin{now: now, log: hclog.NewNullLogger(), schedule: newSchedule()}
}

// wallClock leaves the monotonic reading out, which stands still while a
// machine sleeps.
func wallClock() time.Time { return time.Now().Round(0) }

type plugin struct {
	now      func() time.Time
	log      hclog.Logger
	schedule *schedule
}

var (
	_ sdk.Plugin     = (*plugin)(nil)
	_ sdk.Configurer = (*plugin)(nil)
	_ sdk.Documenter = (*plugin)(nil)
	_ sdk.Mounter    = (*plugin)(nil)
	_ sdk.Runner     = (*plugin)(nil)
	_ sdk.Restorer   = (*plugin)(nil)
	_ sdk.Actor      = (*plugin)(nil)
	_ sdk.Summarizer = (*plugin)(nil)
)

// Mounts returns the four places in meta-data that tell of events.
func (*plugin) Mounts() []string {
	return []string{"meta-data/autoscaling", "meta-data/events", "meta-data/instance-action", "meta-data/spot"}
}

// Tree returns what the events that have come say now.
func (p *plugin) Tree(_ context.Context, in *sdk.Instance) (sdk.Tree, error) {
	now := p.now()
	return serve(p.schedule.look(now), now, in), nil
}

// Summary names the events in the order of the configuration.
func (p *plugin) Summary() string {
	var parts []string
	for _, o := range p.schedule.events {
		parts = append(parts, o.String())
	}
	return strings.Join(parts, ", ")
}
