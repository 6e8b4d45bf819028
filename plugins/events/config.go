package events

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/mockmd/mockmd/sdk"
)

// configBlock is the config block of the plugin.
type configBlock struct {
	Spot        *spotBlock         `hcl:"spot_interruption,block"`
	Rebalance   *rebalanceBlock    `hcl:"rebalance_recommendation,block"`
	Maintenance []maintenanceBlock `hcl:"maintenance,block"`
	Autoscaling []autoscalingBlock `hcl:"autoscaling,block"`
	Action      []actionBlock      `hcl:"instance_action,block"`
}

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
	diags := slices.Concat(found, unreported(found, r.diags))
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
	r.diags = append(r.diags, invalid(at, summary, format, args...))
}

func (r *reader) warn(at hcl.Range, summary, format string, args ...any) {
	d := invalid(at, summary, format, args...)
	d.Severity = hcl.DiagWarning
	r.diags = append(r.diags, d)
}

func invalid(at hcl.Range, summary, format string, args ...any) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(format, args...), Subject: at.Ptr()}
}

// unreported leaves out what only follows from what HCL has found: what it
// could not decode is empty, or has no place at all.
func unreported(found, more hcl.Diagnostics) hcl.Diagnostics {
	return slices.DeleteFunc(more, func(d *hcl.Diagnostic) bool {
		return found.HasErrors() && (d.Subject.Empty() || slices.ContainsFunc(found, func(f *hcl.Diagnostic) bool {
			return f.Subject != nil && f.Subject.Overlaps(*d.Subject)
		}))
	})
}

// describe names an instance at the begin of a sentence.
func describe(in *sdk.Instance) string {
	if in.Label == "" {
		return "The instance"
	}
	return "Instance \"" + in.Label + "\""
}
