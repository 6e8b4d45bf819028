package config

import (
	"time"

	"github.com/hashicorp/hcl/v2"
)

// maxTimeout keeps a slip of the unit from waiting for ever.
const maxTimeout = time.Hour

var timeoutsSchema = hcl.BodySchema{Attributes: []hcl.AttributeSchema{
	{Name: "start"}, {Name: "resolve"}, {Name: "act"}, {Name: "stop"},
}}

// timeouts decodes a timeouts block, which may be nil; what it leaves out is
// as in base.
func (l *loader) timeouts(block *hcl.Block, base Timeouts) Timeouts {
	if block == nil {
		return base
	}
	attrs := l.content(block.Body, &timeoutsSchema).Attributes
	l.duration(attrs, "start", &base.Start)
	l.duration(attrs, "resolve", &base.Resolve)
	l.duration(attrs, "act", &base.Act)
	l.duration(attrs, "stop", &base.Stop)
	return base
}

func (l *loader) duration(attrs hcl.Attributes, name string, into *time.Duration) {
	text, at, ok := get[string](l, attrs, name)
	if !ok {
		return
	}
	d, err := time.ParseDuration(text)
	switch {
	case err != nil:
		l.errorAt(at, "Invalid duration", "%q is not a duration: write a number with its unit, like \"500ms\", \"10s\" or \"2m\".", text)
	case d <= 0 || d > maxTimeout:
		l.errorAt(at, "Invalid duration", "%q is not a timeout: write one that is longer than nothing and at most %q.", text, "1h")
	default:
		*into = d
	}
}
