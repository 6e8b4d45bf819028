package events

import (
	"context"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
)

// configBlock is the config block of the plugin.
type configBlock struct {
	Spot        *spotBlock         `hcl:"spot_interruption,block" doc:"Interruption of a Spot Instance."`
	Rebalance   *rebalanceBlock    `hcl:"rebalance_recommendation,block" doc:"Recommendation to rebalance a Spot Instance."`
	Maintenance []maintenanceBlock `hcl:"maintenance,block" doc:"One scheduled maintenance; the name only tells them apart."`
	Autoscaling []autoscalingBlock `hcl:"autoscaling,block" doc:"One target lifecycle state of the Auto Scaling group, in order."`
	Action      []actionBlock      `hcl:"instance_action,block" doc:"One change of the instance action, in order."`
}

// Options tells what the config block takes.
func (*plugin) Options() any { return configBlock{} }

// Configure checks the configuration and fills the schedule.
func (p *plugin) Configure(_ context.Context, c *sdk.Config) error {
	if c.Log != nil {
		p.log = c.Log
	}
	var block configBlock
	found := c.Decode(&block)
	r := &reader{instances: c.Instances}
	r.read(&block)
	for _, e := range r.events {
		p.schedule.add(e)
	}
	diags := sdk.Together(found, r.diags)
	if len(diags) == 0 {
		return nil
	}
	return diags
}

// reader turns blocks into events and collects what is wrong with them. The
// blocks are as complete as HCL could make them, so that all mistakes are told
// at once.
type reader struct {
	instances []*sdk.Instance
	events    []event
	diags     hcl.Diagnostics
}

func (r *reader) read(b *configBlock) {
	if b.Spot != nil {
		r.spot(b.Spot)
	}
	if b.Rebalance != nil {
		r.rebalance(b.Rebalance)
	}
	r.maintenance(b.Maintenance)
	r.autoscaling(b.Autoscaling)
	r.action(b.Action)
}

func (r *reader) refuse(at hcl.Range, summary, format string, args ...any) {
	r.diags = append(r.diags, sdk.Errorf(at, summary, format, args...))
}

func (r *reader) warn(at hcl.Range, summary, format string, args ...any) {
	d := sdk.Errorf(at, summary, format, args...)
	d.Severity = hcl.DiagWarning
	r.diags = append(r.diags, d)
}

// describe names an instance at the begin of a sentence.
func describe(in *sdk.Instance) string {
	if in.Label == "" {
		return "The instance"
	}
	return "Instance \"" + in.Label + "\""
}
